// Pictures as they are, or turned: a panel's is made upright.
#pragma once

#include <d3d11.h>

#include "base/region.h"
#include "d3d11/gpu.h"

namespace rustcam::d3d11 {

/// Draws `region` (upright screen pixels) of a `native` picture of `size`, as rotate() does it,
/// into a target whose corner is at `origin` on the upright screen.
void draw_turned(Gpu& gpu, ID3D11ShaderResourceView& native, Size size, Rotation rotation,
                 ID3D11RenderTargetView& into, const Region& region, Point origin);

/// Draws `region` of a picture into a target that may be a pixel larger on each side: the last row
/// and column are then repeated.
void draw_padded(Gpu& gpu, ID3D11ShaderResourceView& picture, Size size,
                 ID3D11RenderTargetView& into, Size into_size, const Region& region);

}  // namespace rustcam::d3d11
