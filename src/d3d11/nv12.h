// From BGRA textures to NV12's planes.
#pragma once

#include <d3d11.h>

#include "base/region.h"
#include "d3d11/gpu.h"

namespace rustcam::d3d11 {

/// Where NV12 is drawn: a plane of one byte for each pixel, and one of two bytes for each four.
struct Nv12Target {
  win32::ComPtr<ID3D11RenderTargetView> luma;
  win32::ComPtr<ID3D11RenderTargetView> chroma;
  Size size;  ///< even
};

/// The planes of an NV12 texture. Throws DeviceError.
Nv12Target nv12_target(const Gpu& gpu, ID3D11Texture2D& texture, Size size);

/// Draws `region` of a picture, which is as large as the target or less than two pixels smaller:
/// the last row and column are then repeated. Limited BT.709, chroma the mean of four pixels,
/// within 1 of what convert() makes in memory.
void draw_nv12(Gpu& gpu, ID3D11ShaderResourceView& picture, Size picture_size,
               const Nv12Target& into, const Region& region);

}  // namespace rustcam::d3d11
