#include "image/buffer_view.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "image/convert.h"
#include "image/kernels.h"

namespace rustcam {
namespace {

static_assert(std::endian::native == std::endian::little, "bgra is written as 32-bit words");

constexpr std::int32_t bgra_bytes = 4;
constexpr std::uint32_t opaque_word = 0xff000000u;

/// The code of a format that is named by four letters, as in drm_fourcc.h.
constexpr std::uint32_t fourcc(char a, char b, char c, char d) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8 |
         static_cast<std::uint32_t>(c) << 16 | static_cast<std::uint32_t>(d) << 24;
}

/// Channels of `bits` bits each in a little-endian word, at these places.
/// `alpha` is the place of 8 bits of it; -1: there are none to be read, and 255 is written.
template <int red, int green, int blue, unsigned bits, int alpha = -1>
void from_words(const std::uint8_t* from, std::uint8_t* into, std::int32_t count) {
  constexpr unsigned lost = bits - 8;
  for (std::int32_t i = 0; i < count; ++i) {
    std::uint32_t v = 0;
    std::memcpy(&v, from + std::ptrdiff_t{i} * 4, 4);
    std::uint32_t kept = opaque_word;
    if constexpr (alpha >= 0) kept = (v >> alpha & 0xffu) << 24;
    v = kept | (v >> (red + lost) & 0xffu) << 16 | (v >> (green + lost) & 0xffu) << 8 |
        (v >> (blue + lost) & 0xffu);
    std::memcpy(into + std::ptrdiff_t{i} * 4, &v, 4);
  }
}

/// Three bytes a pixel, in memory at these places.
template <int red, int green, int blue>
void from_triples(const std::uint8_t* from, std::uint8_t* into, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i, from += 3, into += 4) {
    into[0] = from[blue];
    into[1] = from[green];
    into[2] = from[red];
    into[3] = 255;
  }
}

void from_565(const std::uint8_t* from, std::uint8_t* into, std::int32_t count) {
  const auto widen = [](unsigned v, unsigned most) {
    return static_cast<std::uint8_t>((v * 255 + most / 2) / most);
  };
  for (std::int32_t i = 0; i < count; ++i, from += 2, into += 4) {
    const unsigned v = from[0] | static_cast<unsigned>(from[1]) << 8;
    into[0] = widen(v & 31u, 31);
    into[1] = widen(v >> 5 & 63u, 63);
    into[2] = widen(v >> 11, 31);
    into[3] = 255;
  }
}

// The first two have small numbers of their own in wl_shm; the others are DRM's. The cheapest to
// read come first.
constexpr std::array formats{
    BufferFormat{1, "bgrx8", 4, false, nullptr},
    BufferFormat{0, "bgra8", 4, true, nullptr},
    BufferFormat{fourcc('X', 'B', '2', '4'), "rgbx8", 4, false, &from_words<0, 8, 16, 8>},
    BufferFormat{fourcc('A', 'B', '2', '4'), "rgba8", 4, true, &from_words<0, 8, 16, 8, 24>},
    BufferFormat{fourcc('B', 'X', '2', '4'), "xrgb8", 4, false, &from_words<8, 16, 24, 8>},
    BufferFormat{fourcc('B', 'A', '2', '4'), "argb8", 4, true, &from_words<8, 16, 24, 8, 0>},
    BufferFormat{fourcc('R', 'X', '2', '4'), "xbgr8", 4, false, &from_words<24, 16, 8, 8>},
    BufferFormat{fourcc('R', 'A', '2', '4'), "abgr8", 4, true, &from_words<24, 16, 8, 8, 0>},
    BufferFormat{fourcc('R', 'G', '2', '4'), "bgr8", 3, false, &from_triples<2, 1, 0>},
    BufferFormat{fourcc('B', 'G', '2', '4'), "rgb8", 3, false, &from_triples<0, 1, 2>},
    BufferFormat{fourcc('X', 'R', '3', '0'), "x2rgb10", 4, false, &from_words<20, 10, 0, 10>},
    BufferFormat{fourcc('A', 'R', '3', '0'), "a2rgb10", 4, false, &from_words<20, 10, 0, 10>},
    BufferFormat{fourcc('X', 'B', '3', '0'), "x2bgr10", 4, false, &from_words<0, 10, 20, 10>},
    BufferFormat{fourcc('A', 'B', '3', '0'), "a2bgr10", 4, false, &from_words<0, 10, 20, 10>},
    BufferFormat{fourcc('R', 'G', '1', '6'), "rgb565", 2, false, &from_565},
};

/// A part of the buffer as bgra: in place, or converted into `scratch`.
Plane<const std::uint8_t> part_of(const BufferView& from, const Rect& r,
                                  std::vector<std::uint8_t>& scratch) {
  const std::uint8_t* first =
      from.data + r.top * from.stride + std::ptrdiff_t{r.left} * from.format->bytes;
  if (from.format->to_bgra == nullptr) return {first, from.stride};
  const auto width = static_cast<std::int32_t>(r.width());
  const std::ptrdiff_t stride = std::ptrdiff_t{width} * bgra_bytes;
  scratch.resize(static_cast<std::size_t>(stride * r.height()));
  for (std::int32_t y = 0; y < r.height(); ++y)
    from.format->to_bgra(first + y * from.stride, scratch.data() + y * stride, width);
  return {scratch.data(), stride};
}

void copy_row(const std::uint8_t* from, std::uint8_t* into, std::int32_t width, bool backward) {
  if (!backward) {
    std::memcpy(into, from, static_cast<std::size_t>(width) * bgra_bytes);
    return;
  }
  from += std::ptrdiff_t{width} * bgra_bytes;
  for (std::int32_t x = 0; x < width; ++x, into += bgra_bytes)
    std::memcpy(into, from -= bgra_bytes, bgra_bytes);
}

void transpose(Plane<const std::uint8_t> from, Size size, const Transform& transform,
               const ImageView& into) {
  // The buffer's rows become columns. A column that goes backwards: its row is taken from the end.
  Transposition t{from.data,  from.stride, into.row(0), into.planes[0].stride,
                  size.width, size.height};
  if (transform.mirrors_x()) {
    t.from = from.row(size.height - 1);
    t.from_stride = -t.from_stride;
  }
  if (transform.mirrors_y()) {
    t.into = into.row(into.height() - 1);
    t.into_stride = -t.into_stride;
  }
  fastest_kernels().transpose(t);
}

}  // namespace

const BufferFormat* buffer_format(std::uint32_t code) noexcept {
  const auto found = std::ranges::find(formats, code, &BufferFormat::code);
  return found == formats.end() ? nullptr : &*found;
}

const BufferFormat* best_format(std::span<const std::uint32_t> codes) noexcept {
  for (const BufferFormat& format : formats)
    if (std::ranges::count(codes, format.code) != 0) return &format;
  return nullptr;
}

void copy_upright(const BufferView& from, const Region& region, const ImageView& into, Point origin,
                  bool opaque) {
  std::vector<std::uint8_t> scratch;
  for (const Rect& upright : region.rects()) {
    const Rect r = from.transform.in_buffer(upright, from.size);
    const ImageView part = crop(into, translate(upright, -origin.x, -origin.y));
    const Plane<const std::uint8_t> pixels = part_of(from, r, scratch);
    if (from.transform.transposes()) {
      transpose(pixels, r.size(), from.transform, part);
    } else {
      for (std::int32_t y = 0; y < part.height(); ++y)
        copy_row(pixels.row(from.transform.mirrors_y() ? part.height() - 1 - y : y), part.row(y),
                 part.width(), from.transform.mirrors_x());
    }
    if (opaque && (from.format->alpha || from.format->to_bgra == nullptr)) make_opaque(part);
  }
}

std::shared_ptr<const PointerShape> pointer_shape(const BufferView& from) {
  const Size size = from.transform.upright(from.size);
  auto shape = std::make_shared<PointerShape>();
  shape->kind = PointerKind::premultiplied_alpha;
  shape->size = size;
  shape->stride = size.width * 4;
  shape->pixels.resize(static_cast<std::size_t>(shape->stride) *
                       static_cast<std::size_t>(size.height));
  ImageView into;
  into.size = size;
  into.planes[0] = {shape->pixels.data(), shape->stride};
  copy_upright(from, Region(Rect::of(size)), into, {}, !from.format->alpha);
  return shape;
}

}  // namespace rustcam
