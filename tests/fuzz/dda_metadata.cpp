// What Desktop Duplication hands out as plain bytes: rectangles and pointer shapes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "capture/dda/metadata.h"
#include "capture/dda/pointer_shape.h"

using namespace rustcam;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dda::PointerShapeInfo info;
  if (size < sizeof info + 1) return 0;
  std::memcpy(&info, data, sizeof info);
  const std::span<const std::byte> bytes =
      std::as_bytes(std::span(data, size)).subspan(sizeof info);

  if (const auto shape = dda::parse_pointer_shape(info, bytes)) {
    const std::size_t masks = shape->kind == PointerKind::monochrome ? 2 : 1;
    if (shape->pixels.size() != static_cast<std::size_t>(shape->stride) *
                                    static_cast<std::size_t>(shape->size.height) * masks)
      std::abort();
  }

  constexpr Size native{1920, 1080};
  const std::size_t cut = std::to_integer<std::size_t>(bytes[0]) * bytes.size() / 256;
  const auto damage = dda::native_damage(bytes.first(cut), bytes.subspan(cut), native);
  if (damage) {
    if (!Rect::of(native).contains(damage->bounds())) std::abort();
    const Region upright = dda::to_upright(*damage, native, Rotation::clockwise90);
    if (dda::to_native(upright, native, Rotation::clockwise90) != *damage) std::abort();
  }
  return 0;
}
