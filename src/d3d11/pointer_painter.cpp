#include "d3d11/pointer_painter.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rustcam::d3d11 {

namespace {

constexpr std::size_t pixel_bytes = 4;

bool bit(const std::uint8_t* row, std::size_t x) {
  return (row[x / 8] & (0x80 >> (x % 8))) != 0;
}

/// A monochrome shape says the same as a masked one of black and white: alpha keeps the screen, the
/// colour turns it over.
std::vector<std::uint8_t> masked_of(const PointerShape& mono) {
  const auto width = static_cast<std::size_t>(mono.size.width);
  const auto height = static_cast<std::size_t>(mono.size.height);
  const auto stride = static_cast<std::size_t>(mono.stride);
  std::vector<std::uint8_t> pixels(width * height * pixel_bytes);
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* keep = mono.pixels.data() + y * stride;
    const std::uint8_t* invert = keep + height * stride;
    for (std::size_t x = 0; x < width; ++x) {
      std::uint8_t* p = pixels.data() + (y * width + x) * pixel_bytes;
      p[0] = p[1] = p[2] = static_cast<std::uint8_t>(bit(invert, x) ? 255 : 0);
      p[3] = static_cast<std::uint8_t>(bit(keep, x) ? 255 : 0);
    }
  }
  return pixels;
}

/// As the shader counts them.
std::int32_t number_of(PointerKind kind) {
  switch (kind) {
    case PointerKind::straight_alpha:
      return 1;
    case PointerKind::premultiplied_alpha:
      return 2;
    case PointerKind::masked_color:
    case PointerKind::monochrome:
      break;
  }
  return 3;
}

}  // namespace

void PointerPainter::lay_over(ID3D11Texture2D& texture, ID3D11RenderTargetView& into, Size size,
                              const Pointer& pointer, Point origin) {
  const Rect place = translate(pointer.rect(), -origin.x, -origin.y);
  const Rect seen = intersect(place, Rect::of(size));
  if (seen.empty()) return;
  const GpuTurn turn(*gpu_);
  take(pointer.shape);
  fit_background(seen.size());
  // No shader may read the texture that it draws into.
  const D3D11_BOX box = box_of(seen);
  gpu_->context().CopySubresourceRegion(background_.get(), 0, 0, 0, 0, &texture, 0, &box);
  Painter::Job job;
  job.shader = Shader::pointer;
  job.into = &into;
  job.from = {background_view_.get(), shape_view_.get()};
  job.numbers.a = {seen.left, seen.top, place.left, place.top};
  job.numbers.b = {number_of(pointer.shape->kind)};
  gpu_->painter().draw(job, std::span(&seen, 1));
}

void PointerPainter::take(const std::shared_ptr<const PointerShape>& shape) {
  if (shape == shape_) return;
  const bool mono = shape->kind == PointerKind::monochrome;
  const std::vector<std::uint8_t> masked = mono ? masked_of(*shape) : std::vector<std::uint8_t>{};
  D3D11_TEXTURE2D_DESC desc{};
  desc.Width = static_cast<UINT>(shape->size.width);
  desc.Height = static_cast<UINT>(shape->size.height);
  desc.MipLevels = 1;
  desc.ArraySize = 1;
  desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
  desc.SampleDesc.Count = 1;
  desc.Usage = D3D11_USAGE_IMMUTABLE;
  desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
  D3D11_SUBRESOURCE_DATA data{};
  data.pSysMem = mono ? masked.data() : shape->pixels.data();
  data.SysMemPitch =
      mono ? desc.Width * static_cast<UINT>(pixel_bytes) : static_cast<UINT>(shape->stride);
  win32::ComPtr<ID3D11Texture2D> texture;
  require(gpu_->device().CreateTexture2D(&desc, &data, texture.put()),
          "the graphics device makes no texture for the pointer");
  shape_view_ = gpu_->make_view(*texture);
  shape_ = shape;
}

void PointerPainter::fit_background(Size least) {
  if (background_size_.width >= least.width && background_size_.height >= least.height) return;
  const Size size{std::max(background_size_.width, least.width),
                  std::max(background_size_.height, least.height)};
  background_ = gpu_->make_texture(DXGI_FORMAT_B8G8R8A8_UNORM, size);
  background_view_ = gpu_->make_view(*background_);
  background_size_ = size;
}

}  // namespace rustcam::d3d11
