#include "picture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "image/convert.h"
#include "stimulus/barcode.h"

namespace layer {
namespace {

using rustcam::Rect;
using rustcam::Region;
using rustcam::Rotation;

rustcam::Size turned(rustcam::Size s, Rotation r) {
  const bool swaps = r == Rotation::clockwise90 || r == Rotation::clockwise270;
  return swaps ? rustcam::Size{s.height, s.width} : s;
}

/// A panel whose picture is turned clockwise by R to be upright was drawn turned by 360 - R.
Rotation inverse(Rotation r) {
  return static_cast<Rotation>((360 - static_cast<int>(r)) % 360);
}

std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value < 6.2e-5F) return static_cast<std::uint16_t>(std::lround(value * 16777216.0F));
  const std::uint32_t rounded = bits + 0x0FFF + ((bits >> 13) & 1);
  return static_cast<std::uint16_t>((rounded - 0x38000000) >> 13);
}

/// scRGB: linear light, 1.0 is 80 nits.
std::array<std::uint16_t, 256> scrgb_table(double white_nits) {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double c = static_cast<double>(i) / 255;
    const double linear = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    table[i] = to_half(static_cast<float>(linear * white_nits / 80));
  }
  return table;
}

}  // namespace

Picture::Picture(ID3D11Device* device, const PictureOptions& options)
    : options_(options),
      native_size_(turned(options.size, options.rotation)),
      shadow_(rustcam::PixelFormat::bgra, options.size) {
  device->GetImmediateContext(context_.put());
  if (options.scene != "black") scene_ = rustcam::make_scene(options.scene, options.size);
  if (options.rotation != Rotation::none)
    native_ = rustcam::Image(rustcam::PixelFormat::bgra, native_size_);

  D3D11_TEXTURE2D_DESC desc{};
  desc.Width = static_cast<UINT>(native_size_.width);
  desc.Height = static_cast<UINT>(native_size_.height);
  desc.MipLevels = 1;
  desc.ArraySize = 1;
  desc.Format = format();
  desc.SampleDesc.Count = 1;
  desc.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
  if (FAILED(device->CreateTexture2D(&desc, nullptr, texture_.put())) ||
      FAILED(device->CreateRenderTargetView(texture_.get(), nullptr, target_.put())))
    throw std::runtime_error("the layer cannot make its desktop texture");
}

DXGI_FORMAT Picture::format() const {
  return options_.hdr_nits > 0 ? DXGI_FORMAT_R16G16B16A16_FLOAT : DXGI_FORMAT_B8G8R8A8_UNORM;
}

Rect Picture::native_rect(const Rect& upright) const {
  return rustcam::rotate(upright, options_.size, inverse(options_.rotation));
}

Region Picture::show(std::int64_t n) {
  if (!scene_) {
    show_black();
    return Region(Rect::of(options_.size));
  }
  const Region changed = shown_ < 0 ? Region(Rect::of(options_.size)) : scene_->dirty(shown_, n);
  const bool one_color = options_.scene == "flip_demo" && options_.rotation == Rotation::none &&
                         options_.hdr_nits <= 0;
  if (one_color) {
    // One clear instead of an upload of the whole screen: the colour is read from a corner.
    const Rect corner{options_.size.width - 1, options_.size.height - 1, options_.size.width,
                      options_.size.height};
    Region drawn(rustcam::barcode_rect(options_.size));
    scene_->draw(n, Region(corner), shadow_.view());
    scene_->draw(n, drawn, shadow_.view());
    const std::uint8_t* bgra = shadow_.view().row(corner.top) + std::ptrdiff_t{corner.left} * 4;
    const std::array<float, 4> color{static_cast<float>(bgra[2]) / 255.0F,
                                     static_cast<float>(bgra[1]) / 255.0F,
                                     static_cast<float>(bgra[0]) / 255.0F, 1.0F};
    context_->ClearRenderTargetView(target_.get(), color.data());
    upload(drawn);
  } else {
    scene_->draw(n, changed, shadow_.view());
    upload(changed);
  }
  shown_ = n;
  return changed;
}

void Picture::show_black() {
  const std::array<float, 4> black{0, 0, 0, 1};
  context_->ClearRenderTargetView(target_.get(), black.data());
  shown_ = -1;
}

void Picture::upload(const Region& upright) {
  if (options_.rotation == Rotation::none) {
    for (const Rect& r : upright.rects()) upload_rect(rustcam::as_const(shadow_.view()), r);
    return;
  }
  rustcam::rotate(rustcam::as_const(shadow_.view()), inverse(options_.rotation), native_.view());
  for (const Rect& r : upright.rects())
    upload_rect(rustcam::as_const(native_.view()), native_rect(r));
}

void Picture::upload_rect(const rustcam::ConstImageView& native, const Rect& rect) {
  const D3D11_BOX box{static_cast<UINT>(rect.left),  static_cast<UINT>(rect.top),    0,
                      static_cast<UINT>(rect.right), static_cast<UINT>(rect.bottom), 1};
  const rustcam::ConstImageView part = rustcam::crop(native, rect);
  if (options_.hdr_nits <= 0) {
    context_->UpdateSubresource(texture_.get(), 0, &box, part.row(0),
                                static_cast<UINT>(part.planes[0].stride), 0);
    return;
  }
  const auto table = scrgb_table(options_.hdr_nits);
  const auto width = static_cast<std::size_t>(part.width());
  std::vector<std::uint16_t> pixels(width * static_cast<std::size_t>(part.height()) * 4);
  for (std::int32_t y = 0; y < part.height(); ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint8_t* bgra = part.row(y) + x * 4;
      std::uint16_t* rgba = pixels.data() + (static_cast<std::size_t>(y) * width + x) * 4;
      rgba[0] = table[bgra[2]];
      rgba[1] = table[bgra[1]];
      rgba[2] = table[bgra[0]];
      rgba[3] = 0x3C00;  // 1.0
    }
  context_->UpdateSubresource(texture_.get(), 0, &box, pixels.data(), static_cast<UINT>(width * 8),
                              0);
}

}  // namespace layer
