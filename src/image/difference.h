// Where two pictures in memory differ.
#pragma once

#include <cstdint>

#include "base/geometry.h"
#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// A superset of where two pictures of `size` differ, whose pixels take `pixel_bytes` (1 or more):
/// one box at most for each band of `band_rows` rows (1 or more). Every byte counts, those too that
/// mean nothing. Costs less than to copy one of the two, and next to nothing if most has changed.
Region difference(const Plane<const std::uint8_t>& one, const Plane<const std::uint8_t>& other,
                  Size size, std::int32_t pixel_bytes, std::int32_t band_rows);

}  // namespace rustcam
