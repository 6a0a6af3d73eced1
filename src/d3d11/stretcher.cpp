#include "d3d11/stretcher.h"

#include <array>
#include <cstdint>
#include <span>

#include "image/scale.h"

namespace rustcam::d3d11 {

namespace {

/// The pixels of one direction, as the shader is told of them.
std::array<float, 4> filter(std::int32_t from, std::int32_t into, bool smaller) {
  const float ratio = static_cast<float>(from) / static_cast<float>(into);
  if (!smaller) return {ratio, 0, 0, 1};
  if (into < from) return {ratio, 1, 0, 0};
  return {ratio, 0, 1, 0};
}

}  // namespace

bool can_stretch(Size from, Size into) noexcept {
  const Size size = fit_into(from, into).size();
  return from.width <= size.width * most_shrunk && from.height <= size.height * most_shrunk;
}

void Stretcher::fit(ID3D11ShaderResourceView& picture, Size picture_size,
                    ID3D11RenderTargetView& into, Size into_size) {
  const Rect inner = fit_into(picture_size, into_size);
  const Size size = inner.size();
  const bool smaller = size.width < picture_size.width || size.height < picture_size.height;
  const GpuTurn turn(*gpu_);

  const Size between{size.width, picture_size.height};
  if (between_size_ != between) {
    // Eight bits would be rounded twice.
    const auto texture = gpu_->make_texture(DXGI_FORMAT_R16G16B16A16_UNORM, between);
    between_ = gpu_->make_target(*texture);
    between_view_ = gpu_->make_view(*texture);
    between_size_ = between;
  }
  Painter::Job across;
  across.shader = Shader::stretch;
  across.into = between_.get();
  across.from = {&picture, nullptr};
  across.numbers.a = {1, 0, picture_size.width - 1};
  across.numbers.c = filter(picture_size.width, size.width, smaller);
  const Rect all = Rect::of(between);
  gpu_->painter().draw(across, std::span(&all, 1));

  if (inner != Rect::of(into_size)) {
    constexpr std::array<float, 4> black{0, 0, 0, 1};
    gpu_->context().ClearRenderTargetView(&into, black.data());
  }
  Painter::Job down = across;
  down.into = &into;
  down.from = {between_view_.get(), nullptr};
  down.numbers.a = {0, 1, picture_size.height - 1};
  down.numbers.b = {inner.left, inner.top};
  down.numbers.c = filter(picture_size.height, size.height, smaller);
  gpu_->painter().draw(down, std::span(&inner, 1));
}

}  // namespace rustcam::d3d11
