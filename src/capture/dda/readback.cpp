#include "capture/dda/readback.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "capture/dda/metadata.h"
#include "image/convert.h"

namespace rustcam::dda {

namespace {

constexpr std::int32_t bgra_bytes = 4;
constexpr std::int32_t half_bytes = 8;

const std::uint8_t* pixel(const Staging::Read& read, std::int32_t x, std::int32_t y) {
  const std::int32_t bytes = read.half_float ? half_bytes : bgra_bytes;
  return static_cast<const std::uint8_t*>(read.pixels.pData) +
         static_cast<std::size_t>(y) * read.pixels.RowPitch + static_cast<std::size_t>(x * bytes);
}

Size bounding_size(const Size& a, const Size& b) {
  return {std::max(a.width, b.width), std::max(a.height, b.height)};
}

}  // namespace

void Readback::copy(const Staging::Read& read, Rotation rotation, const ImageView& into,
                    Point origin) {
  for (const Rect& native : read.region.rects()) {
    const Rect upright = translate(rotate(native, read.size, rotation), -origin.x, -origin.y);
    const ImageView place = crop(into, upright);
    if (rotation == Rotation::none) {
      copy_rect(read, native, place);
      continue;
    }
    if (turned_.size() != bounding_size(turned_.size(), native.size()))
      turned_ = Image(PixelFormat::bgra, bounding_size(turned_.size(), native.size()));
    const ImageView turned = crop(turned_.view(), Rect::of(native.size()));
    copy_rect(read, native, turned);
    rotate(as_const(turned), rotation, place);
  }
}

void Readback::copy_rect(const Staging::Read& read, const Rect& native, const ImageView& into) {
  if (read.half_float) {
    if (!tone_map_) tone_map_ = std::make_unique<ToneMap>(sdr_white_nits_);
    tone_map_->convert({pixel(read, native.left, native.top),
                        static_cast<std::ptrdiff_t>(read.pixels.RowPitch), native.size()},
                       into);
    return;
  }
  constexpr std::uint32_t opaque = 0xff000000;  // the last of four bytes in memory
  for (std::int32_t y = 0; y < into.height(); ++y) {
    const std::uint8_t* from = pixel(read, native.left, native.top + y);
    std::uint8_t* to = into.row(y);
    for (std::int32_t x = 0; x < into.width(); ++x, from += bgra_bytes, to += bgra_bytes) {
      std::uint32_t value = 0;
      std::memcpy(&value, from, sizeof value);
      value |= opaque;
      std::memcpy(to, &value, sizeof value);
    }
  }
}

bool is_black(const Staging::Read& read) {
  // The sign bit too, since a negative zero is black.
  const std::uint64_t colour = read.half_float ? 0x00007fff7fff7fff : 0x00ffffff;
  const std::size_t bytes = static_cast<std::size_t>(read.half_float ? half_bytes : bgra_bytes);
  for (const Rect& rect : read.region.rects()) {
    for (std::int32_t y = rect.top; y < rect.bottom; ++y) {
      const std::uint8_t* at = pixel(read, rect.left, y);
      for (std::int32_t x = rect.left; x < rect.right; ++x, at += bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, at, bytes);
        if ((value & colour) != 0) return false;
      }
    }
  }
  return true;
}

}  // namespace rustcam::dda
