#include "d3d11/nv12.h"

#include <vector>

namespace rustcam::d3d11 {

Nv12Target nv12_target(const Gpu& gpu, ID3D11Texture2D& texture, Size size) {
  return {gpu.make_target(texture, DXGI_FORMAT_R8_UNORM),
          gpu.make_target(texture, DXGI_FORMAT_R8G8_UNORM), size};
}

void draw_nv12(Gpu& gpu, ID3D11ShaderResourceView& picture, Size picture_size,
               const Nv12Target& into, const Region& region) {
  const Region due = widen_to_even(region, Rect::of(into.size));
  std::vector<Rect> quarters;
  for (const Rect& rect : due.rects())
    quarters.push_back({rect.left / 2, rect.top / 2, rect.right / 2, rect.bottom / 2});
  Painter::Job job;
  job.shader = Shader::luma;
  job.into = into.luma.get();
  job.from = {&picture, nullptr};
  job.numbers.a = {picture_size.width - 1, picture_size.height - 1};
  const GpuTurn turn(gpu);
  gpu.painter().draw(job, due.rects());
  job.shader = Shader::chroma;
  job.into = into.chroma.get();
  gpu.painter().draw(job, quarters);
}

}  // namespace rustcam::d3d11
