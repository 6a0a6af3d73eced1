// What changed in a frame, read from the bytes that Desktop Duplication hands out.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/region.h"

namespace rustcam::dda {

/// The part of a desktop of size `native` that a frame's dirty rectangles (RECTs, 16 bytes each)
/// and move rectangles (DXGI_OUTDUPL_MOVE_RECTs, 24 bytes each) cover, in native orientation: the
/// destination of a move is as dirty as any other place. A superset, clipped to the desktop.
/// nullopt means all of it: no rectangle at all, or bytes that make no sense.
std::optional<Region> native_damage(std::span<const std::byte> dirty_rects,
                                    std::span<const std::byte> move_rects, Size native);

/// Where `region` of a panel of size `native` lies upright.
Region to_upright(const Region& region, Size native, Rotation rotation);
/// Where `region` of the upright picture lies on a panel of size `native`.
Region to_native(const Region& region, Size native, Rotation rotation);
Rect to_native(const Rect& rect, Size native, Rotation rotation) noexcept;
/// The upright size of a panel of size `native`.
Size upright_size(Size native, Rotation rotation) noexcept;

}  // namespace rustcam::dda
