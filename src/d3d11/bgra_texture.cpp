#include "d3d11/bgra_texture.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "image/convert.h"

namespace rustcam::d3d11 {

namespace {

/// Each copy has its price: many small ones cost more than the pixels between them.
constexpr std::size_t most_copies = 32;

/// Memory as a picture, while a texture is mapped.
class Mapping {
 public:
  Mapping(ID3D11DeviceContext& context, ID3D11Texture2D& texture)
      : context_(context), texture_(texture) {
    require(context.Map(&texture, 0, D3D11_MAP_READ, 0, &pixels_), "a texture cannot be read back");
  }
  ~Mapping() { context_.Unmap(&texture_, 0); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  ConstImageView view(Size size) const noexcept {
    ConstImageView v;
    v.size = size;
    v.planes[0] = {static_cast<const std::uint8_t*>(pixels_.pData),
                   static_cast<std::ptrdiff_t>(pixels_.RowPitch)};
    return v;
  }

 private:
  ID3D11DeviceContext& context_;
  ID3D11Texture2D& texture_;
  D3D11_MAPPED_SUBRESOURCE pixels_{};
};

}  // namespace

BgraTexture::BgraTexture(std::shared_ptr<Gpu> gpu, std::shared_ptr<PointerPainter> pointers,
                         Size size)
    : gpu_(std::move(gpu)),
      pointers_(std::move(pointers)),
      size_(size),
      texture_(gpu_->make_texture(DXGI_FORMAT_B8G8R8A8_UNORM, size)),
      target_(gpu_->make_target(*texture_)),
      view_(gpu_->make_view(*texture_)) {}

void BgraTexture::blend(const Pointer& pointer, Point origin) {
  pointers_->lay_over(*texture_, *target_, size_, pointer, origin);
}

void BgraTexture::copy(ID3D11Texture2D& from, const Region& region, Point origin) {
  const Region due = region.simplified(most_copies);
  const GpuTurn turn(*gpu_);
  for (const Rect& rect : due.rects()) {
    const D3D11_BOX box = box_of(rect);
    gpu_->context().CopySubresourceRegion(
        texture_.get(), 0, static_cast<UINT>(rect.left - origin.x),
        static_cast<UINT>(rect.top - origin.y), 0, &from, 0, &box);
  }
}

void BgraTexture::write(const ConstImageView& from, const Region& region) {
  const Region due = region.simplified(most_copies);
  const GpuTurn turn(*gpu_);
  for (const Rect& rect : due.rects()) {
    const D3D11_BOX box = box_of(rect);
    gpu_->context().UpdateSubresource(texture_.get(), 0, &box, crop(from, rect).row(0),
                                      static_cast<UINT>(from.planes[0].stride), 0);
  }
}

void BgraTexture::read(const ImageView& into) const {
  D3D11_TEXTURE2D_DESC desc{};
  texture_->GetDesc(&desc);
  desc.Usage = D3D11_USAGE_STAGING;
  desc.BindFlags = 0;
  desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  win32::ComPtr<ID3D11Texture2D> staging;
  require(gpu_->device().CreateTexture2D(&desc, nullptr, staging.put()),
          "the graphics device makes no texture to read from");
  const GpuTurn turn(*gpu_);
  gpu_->context().CopyResource(staging.get(), texture_.get());
  const Mapping mapping(gpu_->context(), *staging);
  convert(mapping.view(size_), into);
}

}  // namespace rustcam::d3d11
