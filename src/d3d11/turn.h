// A panel's picture, turned upright.
#pragma once

#include <d3d11.h>

#include "base/region.h"
#include "d3d11/gpu.h"

namespace rustcam::d3d11 {

/// Draws `region` (upright screen pixels) of a `native` picture of `size`, as rotate() does it,
/// into a target whose corner is at `origin` on the upright screen.
void draw_turned(Gpu& gpu, ID3D11ShaderResourceView& native, Size size, Rotation rotation,
                 ID3D11RenderTargetView& into, const Region& region, Point origin);

}  // namespace rustcam::d3d11
