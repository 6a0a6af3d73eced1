// Textures of another size.
#pragma once

#include <d3d11.h>

#include <memory>
#include <utility>

#include "d3d11/gpu.h"

namespace rustcam::d3d11 {

/// False if a picture would have to be shrunk more than a shader can.
bool can_stretch(Size from, Size into) noexcept;

/// Filters as Scaler (image/scale.h) does: smaller pictures take the mean of what each pixel
/// covers, larger ones are smooth. Belongs to one thread.
class Stretcher {
 public:
  explicit Stretcher(std::shared_ptr<Gpu> gpu) noexcept : gpu_(std::move(gpu)) {}

  /// As Scaler::fit(): into the middle of `into`, aspect kept, on black. The sizes are such as
  /// can_stretch() takes. Throws DeviceError.
  void fit(ID3D11ShaderResourceView& picture, Size picture_size, ID3D11RenderTargetView& into,
           Size into_size);

 private:
  std::shared_ptr<Gpu> gpu_;
  Size between_size_;
  win32::ComPtr<ID3D11RenderTargetView>
      between_;  ///< as wide as the target, as high as the picture
  win32::ComPtr<ID3D11ShaderResourceView> between_view_;
};

}  // namespace rustcam::d3d11
