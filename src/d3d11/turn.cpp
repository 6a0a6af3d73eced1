#include "d3d11/turn.h"

#include <cstdint>

namespace rustcam::d3d11 {

namespace {

/// Where an upright pixel lies on the panel, as the shader is told it, for a target that begins at
/// the screen's corner.
ShaderNumbers numbers_of(Size native, Rotation rotation) {
  const std::int32_t right = native.width - 1;
  const std::int32_t bottom = native.height - 1;
  ShaderNumbers n;
  switch (rotation) {
    case Rotation::none:
      n.a = {1, 0, 0, 1};
      break;
    case Rotation::clockwise90:
      n.a = {0, -1, 1, 0};
      n.b = {0, bottom};
      break;
    case Rotation::clockwise180:
      n.a = {-1, 0, 0, -1};
      n.b = {right, bottom};
      break;
    case Rotation::clockwise270:
      n.a = {0, 1, -1, 0};
      n.b = {right, 0};
      break;
  }
  return n;
}

}  // namespace

void draw_turned(Gpu& gpu, ID3D11ShaderResourceView& native, Size size, Rotation rotation,
                 ID3D11RenderTargetView& into, const Region& region, Point origin) {
  Painter::Job job;
  job.shader = Shader::turn;
  job.into = &into;
  job.from = {&native, nullptr};
  job.numbers = numbers_of(size, rotation);
  job.numbers.b[2] = size.width - 1;
  job.numbers.b[3] = size.height - 1;
  auto& [x_step_x, x_step_y, y_step_x, y_step_y] = job.numbers.a;
  job.numbers.b[0] += x_step_x * origin.x + y_step_x * origin.y;
  job.numbers.b[1] += x_step_y * origin.x + y_step_y * origin.y;
  Region where = region;
  where.translate(-origin.x, -origin.y);
  const GpuTurn turn(gpu);
  gpu.painter().draw(job, where.rects());
}

void draw_padded(Gpu& gpu, ID3D11ShaderResourceView& picture, Size size,
                 ID3D11RenderTargetView& into, Size into_size, const Region& region) {
  const Region due = widen_to_even(region, Rect::of(into_size));
  draw_turned(gpu, picture, size, Rotation::none, into, due, {});
}

}  // namespace rustcam::d3d11
