// Random pictures in memory and on the GPU.
#pragma once

#include <d3d11.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>

#include "d3d11/bgra_texture.h"
#include "image/convert.h"
#include "image/image.h"

namespace rustcam::test {

using Rng = std::mt19937;

inline int between(Rng& rng, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(rng);
}

/// Noise, with much of black and white, where rounding and clamping show.
inline Image random_bgra(Size size, Rng& rng) {
  Image image(PixelFormat::bgra, size);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width * 4; ++x) {
      const int edge = between(rng, 0, 7);
      image.view().row(y)[x] = static_cast<std::uint8_t>(edge == 0   ? 0
                                                         : edge == 1 ? 255
                                                                     : between(rng, 0, 255));
    }
  make_opaque(image.view());
  return image;
}

inline std::shared_ptr<d3d11::Gpu> make_gpu() {
  win32::ComPtr<ID3D11Device> device;
  win32::ComPtr<ID3D11DeviceContext> context;
  if (FAILED(::D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr,
                                 D3D11_CREATE_DEVICE_BGRA_SUPPORT, nullptr, 0, D3D11_SDK_VERSION,
                                 device.put(), nullptr, context.put())))
    throw std::runtime_error("no Direct3D 11 device");
  return std::make_shared<d3d11::Gpu>(std::move(device), std::move(context));
}

/// A plane of a texture, brought into memory.
class PlaneRead {
 public:
  PlaneRead(const d3d11::Gpu& gpu, ID3D11Texture2D& texture) : context_(&gpu.context()) {
    D3D11_TEXTURE2D_DESC desc{};
    texture.GetDesc(&desc);
    desc.Usage = D3D11_USAGE_STAGING;
    desc.BindFlags = 0;
    desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
    d3d11::require(gpu.device().CreateTexture2D(&desc, nullptr, staging_.put()), "staging");
    context_->CopyResource(staging_.get(), &texture);
    d3d11::require(context_->Map(staging_.get(), 0, D3D11_MAP_READ, 0, &pixels_), "map");
  }
  ~PlaneRead() { context_->Unmap(staging_.get(), 0); }
  PlaneRead(const PlaneRead&) = delete;
  PlaneRead& operator=(const PlaneRead&) = delete;
  const std::uint8_t* row(std::int32_t y) const noexcept {
    return static_cast<const std::uint8_t*>(pixels_.pData) +
           static_cast<std::size_t>(y) * pixels_.RowPitch;
  }

 private:
  ID3D11DeviceContext* context_;
  win32::ComPtr<ID3D11Texture2D> staging_;
  D3D11_MAPPED_SUBRESOURCE pixels_{};
};

inline int largest_difference(const std::uint8_t* a, const std::uint8_t* b, std::int32_t bytes) {
  int largest = 0;
  for (std::int32_t i = 0; i < bytes; ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

inline int largest_difference(const ConstImageView& a, const ConstImageView& b) {
  int largest = 0;
  for (std::int32_t y = 0; y < a.height(); ++y)
    largest = std::max(largest, largest_difference(a.row(y), b.row(y), a.width() * 4));
  return largest;
}

/// Made by `maker` and filled with `picture`.
inline std::unique_ptr<d3d11::BgraTexture> upload(const d3d11::TextureMaker& maker,
                                                  const Image& picture) {
  auto texture = maker.make(picture.size());
  texture->write(picture.view(), Rect::of(picture.size()));
  return texture;
}

inline int largest_difference(const Image& a, const Image& b) {
  return largest_difference(a.view(), b.view());
}

inline Image download(const Texture& texture) {
  Image image(PixelFormat::bgra, texture.size());
  texture.read(image.view());
  return image;
}

}  // namespace rustcam::test
