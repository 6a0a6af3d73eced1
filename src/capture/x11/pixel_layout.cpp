#include "capture/x11/pixel_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "capture/x11/reply_items.h"

namespace rustcam::x11 {
namespace {

static_assert(std::endian::native == std::endian::little, "bgra is written as 32-bit words");

constexpr std::uint32_t opaque = 0xff000000u;
constexpr std::array<unsigned, 3> places{16, 8, 0};  ///< of red, green and blue in a bgra word

const xcb_visualtype_t* root_visual(const xcb_screen_t& screen) {
  for (auto depth = xcb_screen_allowed_depths_iterator(&screen); depth.rem != 0;
       xcb_depth_next(&depth))
    for (auto visual = xcb_depth_visuals_iterator(depth.data); visual.rem != 0;
         xcb_visualtype_next(&visual))
      if (visual.data->visual_id == screen.root_visual) return visual.data;
  return nullptr;
}

template <typename Convert>
void each(const std::uint8_t* from, std::uint8_t* to, std::size_t count, Convert convert) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t v = 0;
    std::memcpy(&v, from + 4 * i, 4);
    v = convert(v);
    std::memcpy(to + 4 * i, &v, 4);
  }
}

/// Calls `use` with each pixel of `bytes` bytes.
template <std::size_t bytes, bool big_endian, typename Use>
void each_pixel(const std::uint8_t* from, std::size_t count, Use use) {
  for (std::size_t i = 0; i < count; ++i, from += bytes) {
    std::uint32_t v = 0;
    for (std::size_t b = 0; b < bytes; ++b)
      v |= std::uint32_t{from[b]} << 8 * (big_endian ? bytes - 1 - b : b);
    use(i, v);
  }
}

/// Eight bits to ten so that 0 stays 0 and 255 becomes 1023.
constexpr std::uint32_t widen(std::uint32_t v) {
  return v << 2 | v >> 6;
}

}  // namespace

PixelLayout::PixelLayout(const PixelDescription& d)
    : depth_(d.depth),
      big_endian_(d.big_endian),
      colormap_entries_(static_cast<std::size_t>(std::max(d.colormap_entries, 1))) {
  const bool whole_bytes = d.bits_per_pixel % 8 == 0 && d.bits_per_pixel <= 32;
  const bool whole_pads = d.scanline_pad == 8 || d.scanline_pad == 16 || d.scanline_pad == 32;
  if (!whole_bytes || !whole_pads || d.depth < 8 || d.depth > d.bits_per_pixel) return;
  bytes_per_pixel_ = static_cast<std::size_t>(d.bits_per_pixel / 8);
  pad_bytes_ = static_cast<std::size_t>(d.scanline_pad / 8);

  const bool true_color = d.visual_class == XCB_VISUAL_CLASS_TRUE_COLOR;
  const auto masks_are = [&](std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return d.red_mask == red && d.green_mask == green && d.blue_mask == blue;
  };
  if (true_color && d.bits_per_pixel == 32 && d.scanline_pad == 32 && !d.big_endian) {
    if (d.depth == 24 && masks_are(0xff0000, 0xff00, 0xff)) kind_ = Kind::xrgb8;
    if (d.depth == 30 && masks_are(0x3ff00000, 0xffc00, 0x3ff)) kind_ = Kind::x2rgb10;
    if (kind_ != Kind::unsupported) return;
  }
  if (true_color || d.visual_class == XCB_VISUAL_CLASS_DIRECT_COLOR) {
    if (!split(0, d.red_mask) || !split(1, d.green_mask) || !split(2, d.blue_mask)) return;
    has_colormap_ = !true_color;
    if (true_color) fill_ramps();
  } else {
    constexpr std::uint32_t all_bits = 0xff;
    if (d.depth != 8) return;
    indexed_ = has_colormap_ = true;
    split(0, all_bits);
  }
  kind_ = Kind::looked_up;
}

/// False if the mask's bits are not in a row, or too many.
bool PixelLayout::split(std::size_t channel, std::uint32_t mask) {
  if (mask == 0) return false;
  constexpr std::uint32_t most = 0xffff;
  Channel& c = channels_[channel];
  c.shift = static_cast<unsigned>(std::countr_zero(mask));
  c.mask = mask >> c.shift;
  if (c.mask > most || !std::has_single_bit(c.mask + 1)) return false;
  c.words.assign(c.mask + 1, channel == 0 ? opaque : 0);
  return true;
}

void PixelLayout::fill_ramps() {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& c = channels_[i];
    for (std::uint32_t v = 0; v <= c.mask; ++v)
      c.words[v] |= (v * 255 + c.mask / 2) / c.mask << places[i];
  }
}

std::string PixelLayout::name() const {
  if (kind_ == Kind::xrgb8) return "bgra8";
  if (kind_ == Kind::x2rgb10) return "x2rgb10";
  return "depth " + std::to_string(depth_);
}

std::size_t PixelLayout::row_bytes(std::int64_t width) const noexcept {
  const std::size_t bytes = static_cast<std::size_t>(width) * bytes_per_pixel_;
  return (bytes + pad_bytes_ - 1) / pad_bytes_ * pad_bytes_;
}

std::vector<std::uint32_t> PixelLayout::colormap_pixels() const {
  std::size_t most = 0;
  for (const Channel& c : channels_) most = std::max(most, c.words.size());
  std::vector<std::uint32_t> pixels(std::min(most, colormap_entries_));
  for (std::uint32_t i = 0; i < pixels.size(); ++i)
    for (const Channel& c : channels_) pixels[i] |= std::min(i, c.mask) << c.shift;
  return pixels;
}

void PixelLayout::set_colors(std::span<const xcb_rgb_t> colors) {
  if (colors.size() != colormap_pixels().size()) return;
  const auto word = [](const xcb_rgb_t& c, std::size_t channel) {
    const std::array<std::uint32_t, 3> rgb{c.red, c.green, c.blue};
    return rgb[channel] >> 8 << places[channel];
  };
  for (std::size_t i = 0; i < colors.size(); ++i) {
    if (indexed_) {
      channels_[0].words[i] = opaque | word(colors[i], 0) | word(colors[i], 1) | word(colors[i], 2);
      continue;
    }
    for (std::size_t c = 0; c < channels_.size(); ++c)
      if (i < channels_[c].words.size())
        channels_[c].words[i] = (c == 0 ? opaque : 0) | word(colors[i], c);
  }
}

void PixelLayout::to_bgra(const std::uint8_t* from, std::uint8_t* to, std::size_t count) const {
  if (kind_ == Kind::xrgb8)
    return each(from, to, count, [](std::uint32_t v) { return v | opaque; });
  if (kind_ == Kind::x2rgb10)
    return each(from, to, count, [](std::uint32_t v) {
      return opaque | (v >> 22 & 0xffu) << 16 | (v >> 12 & 0xffu) << 8 | (v >> 2 & 0xffu);
    });
  const auto convert = [&, this](std::size_t i, std::uint32_t v) {
    std::uint32_t word = 0;
    for (const Channel& c : channels_) word |= c.words[v >> c.shift & c.mask];
    std::memcpy(to + 4 * i, &word, 4);
  };
  const auto convert_bytes = [&]<std::size_t bytes>() {
    if (big_endian_)
      each_pixel<bytes, true>(from, count, convert);
    else
      each_pixel<bytes, false>(from, count, convert);
  };
  if (bytes_per_pixel_ == 1) convert_bytes.operator()<1>();
  if (bytes_per_pixel_ == 2) convert_bytes.operator()<2>();
  if (bytes_per_pixel_ == 3) convert_bytes.operator()<3>();
  if (bytes_per_pixel_ == 4) convert_bytes.operator()<4>();
}

void PixelLayout::from_bgra(const std::uint8_t* from, std::uint8_t* to, std::size_t count) const {
  if (kind_ == Kind::x2rgb10)
    each(from, to, count, [](std::uint32_t v) {
      return widen(v >> 16 & 0xffu) << 20 | widen(v >> 8 & 0xffu) << 10 | widen(v & 0xffu);
    });
  else if (from != to)
    std::memcpy(to, from, 4 * count);
}

PixelLayout root_layout(const Connection& connection) {
  const xcb_screen_t& screen = connection.screen();
  PixelDescription d;
  d.depth = screen.root_depth;
  d.bits_per_pixel = 0;
  d.big_endian = connection.setup().image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST;
  for (auto format = xcb_setup_pixmap_formats_iterator(&connection.setup()); format.rem != 0;
       xcb_format_next(&format))
    if (format.data->depth == screen.root_depth) {
      d.bits_per_pixel = format.data->bits_per_pixel;
      d.scanline_pad = format.data->scanline_pad;
    }
  if (const xcb_visualtype_t* visual = root_visual(screen)) {
    d.visual_class = visual->_class;
    d.red_mask = visual->red_mask;
    d.green_mask = visual->green_mask;
    d.blue_mask = visual->blue_mask;
    d.colormap_entries = visual->colormap_entries;
  } else {
    d.bits_per_pixel = 0;
  }
  return PixelLayout(d);
}

std::string unsupported_pixels(const PixelLayout& layout) {
  return "the X screen has pixels of " + layout.name() +
         ", and those of 8 bits and more can be captured; run the X server with 24-bit true colour";
}

std::string changes_unknown(const Connection& connection, const PixelLayout& layout) {
  if (!connection.damage().present) return "the X server has no Damage extension";
  if (layout.has_colormap())
    return "the X screen's colours come from a table that changes unseen (" + layout.name() + ")";
  return {};
}

void follow_colormap(const Connection& c, PixelLayout& layout) {
  // What a screen shows goes through the colormap that is installed, which a program with one of
  // its own changes.
  const auto installed = c.try_reply(xcb_list_installed_colormaps_reply,
                                     xcb_list_installed_colormaps(c.get(), c.root()));
  xcb_colormap_t map = c.screen().default_colormap;
  if (installed)
    for (const auto id : ReplyItems(*installed).take<xcb_colormap_t>(installed->cmaps_len))
      if (id != XCB_NONE) map = id;
  const std::vector<std::uint32_t> pixels = layout.colormap_pixels();
  const auto colors = c.try_reply(
      xcb_query_colors_reply,
      xcb_query_colors(c.get(), map, static_cast<std::uint32_t>(pixels.size()), pixels.data()));
  if (colors) layout.set_colors(ReplyItems(*colors).take<xcb_rgb_t>(colors->colors_len));
}

}  // namespace rustcam::x11
