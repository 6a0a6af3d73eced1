#include "capture/dda/metadata.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace rustcam::dda {

namespace {

constexpr std::size_t rect_bytes = 4 * sizeof(std::int32_t);
constexpr std::size_t point_bytes = 2 * sizeof(std::int32_t);
constexpr std::size_t move_bytes = point_bytes + rect_bytes;
/// With more rectangles than this, keeping them apart costs more than copying what lies between.
constexpr std::size_t most_rects = 256;

Rect read_rect(std::span<const std::byte> bytes) {
  std::array<std::int32_t, 4> sides{};
  std::memcpy(sides.data(), bytes.data(), rect_bytes);
  return {sides[0], sides[1], sides[2], sides[3]};
}

/// Adds the rectangle at `offset` of each record; false if one is reversed.
bool add_rects(std::span<const std::byte> bytes, std::size_t record, std::size_t offset,
               const Rect& desktop, Region& region) {
  const bool many = bytes.size() / record > most_rects;
  Rect around;
  for (; !bytes.empty(); bytes = bytes.subspan(record)) {
    const Rect rect = read_rect(bytes.subspan(offset));
    if (rect.right < rect.left || rect.bottom < rect.top) return false;
    const Rect inside = intersect(rect, desktop);
    if (many)
      around = bounding(around, inside);
    else
      region.add(inside);
  }
  region.add(around);
  return true;
}

Rotation inverse(Rotation rotation) noexcept {
  switch (rotation) {
    case Rotation::clockwise90:
      return Rotation::clockwise270;
    case Rotation::clockwise270:
      return Rotation::clockwise90;
    case Rotation::none:
    case Rotation::clockwise180:
      break;
  }
  return rotation;
}

}  // namespace

std::optional<Region> native_damage(std::span<const std::byte> dirty_rects,
                                    std::span<const std::byte> move_rects, Size native) {
  if (dirty_rects.empty() && move_rects.empty()) return std::nullopt;
  if (dirty_rects.size() % rect_bytes != 0 || move_rects.size() % move_bytes != 0)
    return std::nullopt;
  const Rect desktop = Rect::of(native);
  Region region;
  if (!add_rects(dirty_rects, rect_bytes, 0, desktop, region) ||
      !add_rects(move_rects, move_bytes, point_bytes, desktop, region))
    return std::nullopt;
  return region;
}

Region to_upright(const Region& region, Size native, Rotation rotation) {
  if (rotation == Rotation::none) return region;
  Region upright;
  for (const Rect& rect : region.rects()) upright.add(rotate(rect, native, rotation));
  return upright;
}

Rect to_native(const Rect& rect, Size native, Rotation rotation) noexcept {
  return rotate(rect, upright_size(native, rotation), inverse(rotation));
}

Region to_native(const Region& region, Size native, Rotation rotation) {
  return to_upright(region, upright_size(native, rotation), inverse(rotation));
}

Size upright_size(Size native, Rotation rotation) noexcept {
  const bool sideways = rotation == Rotation::clockwise90 || rotation == Rotation::clockwise270;
  return sideways ? Size{native.height, native.width} : native;
}

}  // namespace rustcam::dda
