// From the screen's BGRA to what sinks want.
#pragma once

#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// Converts the pixels of `region` of `from` (bgra) into the same place of `into`, any format but
/// of the same size. 4:2:0 chroma is the mean of each 2x2 block (of the 1 or 2 pixels that exist at
/// an odd edge), so region is widened to even edges for it. YUV follows `into.encoding`; every
/// value is within 1 of the exact one. Alpha of rgba and bgra comes out 255. SIMD is chosen at run
/// time; results do not depend on it. Parts of `region` outside the picture are left out. Throws
/// std::invalid_argument if formats or sizes do not fit.
void convert(const ConstImageView& from, const Region& region, const ImageView& into);

/// The whole picture.
void convert(const ConstImageView& from, const ImageView& into);

/// Copies `region` between pictures of the same format and size, which must not overlap. For 4:2:0
/// formats it is widened to even edges. Throws std::invalid_argument if they differ.
void copy_region(const ConstImageView& from, const Region& region, const ImageView& into);

/// Turns `from` (bgra, native orientation) upright into `into` (bgra, sides swapped for 90 and
/// 270), which must not overlap it. Throws std::invalid_argument if formats or sizes do not fit.
void rotate(const ConstImageView& from, Rotation rotation, const ImageView& into);

/// Sets alpha to 255 in a bgra picture.
void make_opaque(const ImageView& picture);

}  // namespace rustcam
