// Pictures as Direct3D 11 textures.
#pragma once

#include <d3d11.h>

#include <memory>

#include "base/region.h"
#include "d3d11/gpu.h"
#include "d3d11/pointer_painter.h"
#include "image/texture.h"

namespace rustcam::d3d11 {

class BgraTexture final : public Texture {
 public:
  /// `pointers` belongs to the thread that draws on it. Throws DeviceError.
  BgraTexture(std::shared_ptr<Gpu> gpu, std::shared_ptr<PointerPainter> pointers, Size size);

  Size size() const noexcept override { return size_; }
  std::shared_ptr<TextureHome> home() const override { return gpu_; }
  void blend(const Pointer& pointer, Point origin) override;
  void read(const ImageView& into) const override;

  Gpu& gpu() const noexcept { return *gpu_; }
  ID3D11Texture2D& texture() const noexcept { return *texture_; }
  ID3D11RenderTargetView& target() const noexcept { return *target_; }
  ID3D11ShaderResourceView& view() const noexcept { return *view_; }

  /// Copies `region` of `from`, a bgra texture of the same device whose corner is the texture's
  /// less `origin`; it must lie inside both.
  void copy(ID3D11Texture2D& from, const Region& region, Point origin);
  /// The same from memory, which is slow; nothing is subtracted.
  void write(const ConstImageView& from, const Region& region);

 private:
  std::shared_ptr<Gpu> gpu_;
  std::shared_ptr<PointerPainter> pointers_;
  Size size_;
  win32::ComPtr<ID3D11Texture2D> texture_;
  win32::ComPtr<ID3D11RenderTargetView> target_;
  win32::ComPtr<ID3D11ShaderResourceView> view_;
};

/// Makes pictures; belongs to one thread, they may outlive it.
class TextureMaker {
 public:
  explicit TextureMaker(const std::shared_ptr<Gpu>& gpu)
      : gpu_(gpu), pointers_(std::make_shared<PointerPainter>(gpu)) {}
  /// Throws DeviceError.
  std::unique_ptr<BgraTexture> make(Size size) const {
    return std::make_unique<BgraTexture>(gpu_, pointers_, size);
  }

 private:
  std::shared_ptr<Gpu> gpu_;
  std::shared_ptr<PointerPainter> pointers_;
};

}  // namespace rustcam::d3d11
