#include "capture/dda/pointer_shape.h"

#include <cstring>

namespace rustcam::dda {

namespace {

constexpr std::uint32_t monochrome = 1;
constexpr std::uint32_t color = 2;
constexpr std::uint32_t masked_color = 4;
constexpr std::uint32_t largest_side = 1024;

bool is_known(std::uint32_t type) {
  return type == monochrome || type == color || type == masked_color;
}

PointerKind kind_of(std::uint32_t type) {
  if (type == monochrome) return PointerKind::monochrome;
  return type == color ? PointerKind::straight_alpha : PointerKind::masked_color;
}

}  // namespace

std::shared_ptr<const PointerShape> parse_pointer_shape(const PointerShapeInfo& info,
                                                        std::span<const std::byte> bytes) {
  if (!is_known(info.type)) return nullptr;
  const bool mono = info.type == monochrome;
  const std::uint32_t visible_rows = mono ? info.height / 2 : info.height;
  if (info.width == 0 || visible_rows == 0 || info.width > largest_side ||
      visible_rows > largest_side || (mono && info.height % 2 != 0))
    return nullptr;
  const std::size_t row = mono ? (std::size_t{info.width} + 7) / 8 : std::size_t{info.width} * 4;
  if (info.pitch < row) return nullptr;
  // The last row need not be padded.
  if (bytes.size() < std::size_t{info.pitch} * (info.height - 1) + row) return nullptr;

  auto shape = std::make_shared<PointerShape>();
  shape->kind = kind_of(info.type);
  shape->size = {static_cast<std::int32_t>(info.width), static_cast<std::int32_t>(visible_rows)};
  shape->stride = static_cast<std::int32_t>(row);
  shape->pixels.resize(row * info.height);
  for (std::size_t y = 0; y < info.height; ++y)
    std::memcpy(shape->pixels.data() + y * row, bytes.data() + y * info.pitch, row);
  return shape;
}

}  // namespace rustcam::dda
