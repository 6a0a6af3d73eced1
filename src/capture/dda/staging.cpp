#include "capture/dda/staging.h"

#include <cstddef>

#include "capture/dda/hresult.h"
#include "d3d11/gpu.h"

namespace rustcam::dda {

void Staging::copy(const Canvas& canvas, const Region& native) {
  fit(canvas);
  // Each copy has its price: many small ones cost more than the pixels between them.
  constexpr std::size_t most_copies = 32;
  const Region due = native.simplified(most_copies);
  for (const Rect& rect : due.rects()) {
    const D3D11_BOX box = d3d11::box_of(rect);
    device_->context().CopySubresourceRegion(texture_.get(), 0, box.left, box.top, 0,
                                             &canvas.texture(), 0, &box);
  }
}

void Staging::fit(const Canvas& canvas) {
  if (texture_ && size_ == canvas.size() && format_ == canvas.format()) return;
  D3D11_TEXTURE2D_DESC desc{};
  canvas.texture().GetDesc(&desc);
  desc.Usage = D3D11_USAGE_STAGING;
  desc.BindFlags = 0;
  desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  check(device_->device().CreateTexture2D(&desc, nullptr, texture_.put()),
        "cannot make a texture to read from");
  size_ = canvas.size();
  format_ = canvas.format();
}

Staging::Mapping::Mapping(const Staging& staging, const Canvas& canvas, const Region& native)
    : staging_(&staging) {
  check(staging.device_->context().Map(staging.texture_.get(), 0, D3D11_MAP_READ, 0, &read_.pixels),
        "cannot read the desktop back");
  read_.region = native;
  read_.size = canvas.size();
  read_.half_float = canvas.half_float();
}

Staging::Mapping::~Mapping() {
  staging_->device_->context().Unmap(staging_->texture_.get(), 0);
}

}  // namespace rustcam::dda
