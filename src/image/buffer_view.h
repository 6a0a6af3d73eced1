// Pictures as a compositor writes them into its buffers, and how they become upright bgra.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/region.h"
#include "image/image_view.h"
#include "image/pointer.h"
#include "image/transform.h"

namespace rustcam {

/// A layout of pixels that can be read. There is one object of each.
struct BufferFormat {
  std::uint32_t code;     ///< of wl_shm: DRM's, but 0 is its AR24 and 1 its XR24
  std::string_view name;  ///< for people: "bgra8", "x2rgb10"
  std::int32_t bytes;     ///< of a pixel
  bool alpha;             ///< 8 bits of it are kept, and colours are multiplied by it
  /// Converts `count` pixels to bgra; null: it is bgra already.
  void (*to_bgra)(const std::uint8_t* from, std::uint8_t* into, std::int32_t count);
};

/// Null for a format that we cannot read.
const BufferFormat* buffer_format(std::uint32_t code) noexcept;
/// The one of these that costs the least to read; null if we can read none.
const BufferFormat* best_format(std::span<const std::uint32_t> codes) noexcept;

/// Pixels as the compositor wrote them.
struct BufferView {
  const BufferFormat* format = nullptr;
  Size size;
  std::ptrdiff_t stride = 0;
  const std::uint8_t* data = nullptr;
  Transform transform;
};

/// Copies `region` (upright, inside the picture that the buffer shows) to the same places of
/// `into`, bgra, whose corner is at `origin`. Alpha is 255 if `opaque`, else the
/// format's own (undefined if it has none).
void copy_upright(const BufferView& from, const Region& region, const ImageView& into, Point origin,
                  bool opaque);

/// A pointer that looks as this buffer does, upright; colours are multiplied by its alpha, which is
/// 255 if the format has none.
std::shared_ptr<const PointerShape> pointer_shape(const BufferView& from);

}  // namespace rustcam
