#include "capture/portal/cast_pointer.h"

#include <spa/buffer/meta.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "capture/portal/meta_bytes.h"
#include "capture/portal/video_formats.h"

namespace rustcam::portal {
namespace {

/// Pointers are small; a picture of this size is none.
constexpr std::uint32_t longest_pointer_side = 1024;
/// Beyond any screen, and still far from the ends of 32 bits.
constexpr std::int32_t farthest = 1'000'000;

std::int32_t sensible(std::int32_t coordinate) {
  return std::clamp(coordinate, -farthest, farthest);
}

struct Bitmap {
  std::shared_ptr<const PointerShape> shape;  ///< null: nothing is to be seen
};

/// nullopt if it makes no sense, or tells nothing.
std::optional<Bitmap> read_bitmap(std::span<const std::uint8_t> from) {
  const auto told = copied<spa_meta_bitmap>(from);
  if (!told || told->format == 0) return std::nullopt;
  if (told->offset == 0 || told->size.width == 0 || told->size.height == 0) return Bitmap{};
  const BufferFormat* format = format_named(told->format);
  if (format == nullptr || told->size.width > longest_pointer_side ||
      told->size.height > longest_pointer_side || told->offset < sizeof(spa_meta_bitmap) ||
      told->offset > from.size())
    return std::nullopt;
  const Size size{static_cast<std::int32_t>(told->size.width),
                  static_cast<std::int32_t>(told->size.height)};
  const std::int64_t row = std::int64_t{size.width} * format->bytes;
  const std::int64_t stride = told->stride == 0 ? row : told->stride;
  const auto there = static_cast<std::int64_t>(from.size() - told->offset);
  if (stride < row || (size.height - 1) * stride + row > there) return std::nullopt;

  BufferView view;
  view.format = format;
  view.size = size;
  view.stride = static_cast<std::ptrdiff_t>(stride);
  view.data = from.data() + told->offset;
  return Bitmap{pointer_shape(view)};
}

}  // namespace

bool CastPointer::note(std::span<const std::uint8_t> cursor) {
  const auto told = copied<spa_meta_cursor>(cursor);
  if (!told) return false;
  const Pointer before = pointer_;
  pointer_.visible = told->id != 0;
  if (told->id == 0) return before != pointer_;
  if (told->bitmap_offset >= sizeof(spa_meta_cursor) && told->bitmap_offset <= cursor.size()) {
    if (const auto bitmap = read_bitmap(cursor.subspan(told->bitmap_offset))) {
      // The same shape again stays the same object, so that whoever keeps it need not compare.
      if (!bitmap->shape || !pointer_.shape || *bitmap->shape != *pointer_.shape)
        pointer_.shape = bitmap->shape;
      hot_spot_ = {sensible(told->hotspot.x), sensible(told->hotspot.y)};
    }
  }
  pointer_.top_left = {sensible(told->position.x) - hot_spot_.x,
                       sensible(told->position.y) - hot_spot_.y};
  return before != pointer_;
}

}  // namespace rustcam::portal
