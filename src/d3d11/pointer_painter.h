// The mouse pointer, laid over textures.
#pragma once

#include <d3d11.h>

#include <memory>
#include <utility>

#include "d3d11/gpu.h"
#include "image/pointer.h"

namespace rustcam::d3d11 {

/// Keeps the last shape on the GPU. Belongs to one thread.
class PointerPainter {
 public:
  explicit PointerPainter(std::shared_ptr<Gpu> gpu) noexcept : gpu_(std::move(gpu)) {}

  /// As blend_pointer(): `into` is `texture`, which is bgra, of `size`, and has its corner at
  /// `origin` on the screen. Throws DeviceError.
  void lay_over(ID3D11Texture2D& texture, ID3D11RenderTargetView& into, Size size,
                const Pointer& pointer, Point origin);

 private:
  void take(const std::shared_ptr<const PointerShape>& shape);
  void fit_background(Size least);

  std::shared_ptr<Gpu> gpu_;
  std::shared_ptr<const PointerShape> shape_;  ///< the one that is on the GPU
  win32::ComPtr<ID3D11ShaderResourceView> shape_view_;
  Size background_size_;
  win32::ComPtr<ID3D11Texture2D> background_;  ///< what was under the pointer
  win32::ComPtr<ID3D11ShaderResourceView> background_view_;
};

}  // namespace rustcam::d3d11
