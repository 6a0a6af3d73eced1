#include "capture/x11/pixel_layout.h"

#include <bit>
#include <cstring>

namespace rustcam::x11 {
namespace {

static_assert(std::endian::native == std::endian::little, "bgra is written as 32-bit words");

const xcb_visualtype_t* root_visual(const xcb_screen_t& screen) {
  for (auto depth = xcb_screen_allowed_depths_iterator(&screen); depth.rem != 0;
       xcb_depth_next(&depth))
    for (auto visual = xcb_depth_visuals_iterator(depth.data); visual.rem != 0;
         xcb_visualtype_next(&visual))
      if (visual.data->visual_id == screen.root_visual) return visual.data;
  return nullptr;
}

bool has_32_bit_pixels(const xcb_setup_t& setup, std::uint8_t depth) {
  for (auto format = xcb_setup_pixmap_formats_iterator(&setup); format.rem != 0;
       xcb_format_next(&format))
    if (format.data->depth == depth)
      return format.data->bits_per_pixel == 32 && format.data->scanline_pad == 32;
  return false;
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

/// Eight bits to ten so that 0 stays 0 and 255 becomes 1023.
constexpr std::uint32_t widen(std::uint32_t v) {
  return v << 2 | v >> 6;
}

}  // namespace

PixelLayout root_layout(const Connection& connection) {
  const xcb_screen_t& screen = connection.screen();
  const xcb_visualtype_t* visual = root_visual(screen);
  if (visual == nullptr || visual->_class != XCB_VISUAL_CLASS_TRUE_COLOR ||
      connection.setup().image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST ||
      !has_32_bit_pixels(connection.setup(), screen.root_depth))
    return PixelLayout::unsupported;
  const auto masks_are = [&](std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return visual->red_mask == red && visual->green_mask == green && visual->blue_mask == blue;
  };
  if (screen.root_depth == 24 && masks_are(0xff0000, 0xff00, 0xff)) return PixelLayout::xrgb8;
  if (screen.root_depth == 30 && masks_are(0x3ff00000, 0xffc00, 0x3ff)) return PixelLayout::x2rgb10;
  return PixelLayout::unsupported;
}

std::string layout_name(const Connection& connection) {
  switch (root_layout(connection)) {
    case PixelLayout::xrgb8:
      return "bgra8";
    case PixelLayout::x2rgb10:
      return "x2rgb10";
    case PixelLayout::unsupported:
      break;
  }
  return "depth " + std::to_string(connection.screen().root_depth);
}

void to_bgra(PixelLayout layout, const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
  if (layout == PixelLayout::x2rgb10)
    each(from, to, count, [](std::uint32_t v) {
      return 0xff000000u | (v >> 22 & 0xffu) << 16 | (v >> 12 & 0xffu) << 8 | (v >> 2 & 0xffu);
    });
  else
    each(from, to, count, [](std::uint32_t v) { return v | 0xff000000u; });
}

void from_bgra(PixelLayout layout, const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
  if (layout == PixelLayout::x2rgb10)
    each(from, to, count, [](std::uint32_t v) {
      return widen(v >> 16 & 0xffu) << 20 | widen(v >> 8 & 0xffu) << 10 | widen(v & 0xffu);
    });
  else if (from != to)
    std::memcpy(to, from, 4 * count);
}

}  // namespace rustcam::x11
