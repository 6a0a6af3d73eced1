// libyuv at the same work; it converts by BT.601 only, which costs the same.
#include <libyuv.h>

#include <cstddef>
#include <cstdint>

#include "workload.h"

namespace rustcam::bench {
namespace {

struct Strided {
  std::uint8_t* data;
  int stride;
};

Strided plane(const ImageView& v, std::size_t i) {
  return {v.planes[i].data, static_cast<int>(v.planes[i].stride)};
}

template <typename Convert>
void run(benchmark::State& state, PixelFormat format, Convert convert) {
  Image from = noise();
  Image into(format, screen);
  const Strided source = plane(from.view(), 0);
  const ImageView t = into.view();
  for (auto _ : state) {
    convert(source, t);
    benchmark::ClobberMemory();
  }
  count_bytes(state, format);
}

void yuv420p(benchmark::State& state) {
  run(state, PixelFormat::yuv420p, [](Strided s, const ImageView& t) {
    libyuv::ARGBToI420(s.data, s.stride, plane(t, 0).data, plane(t, 0).stride, plane(t, 1).data,
                       plane(t, 1).stride, plane(t, 2).data, plane(t, 2).stride, screen.width,
                       screen.height);
  });
}
BENCHMARK(yuv420p)->Name("bgra>yuv420p/libyuv_bt601");

void nv12(benchmark::State& state) {
  run(state, PixelFormat::nv12, [](Strided s, const ImageView& t) {
    libyuv::ARGBToNV12(s.data, s.stride, plane(t, 0).data, plane(t, 0).stride, plane(t, 1).data,
                       plane(t, 1).stride, screen.width, screen.height);
  });
}
BENCHMARK(nv12)->Name("bgra>nv12/libyuv_bt601");

void yuv444p(benchmark::State& state) {
  run(state, PixelFormat::yuv444p, [](Strided s, const ImageView& t) {
    libyuv::ARGBToI444(s.data, s.stride, plane(t, 0).data, plane(t, 0).stride, plane(t, 1).data,
                       plane(t, 1).stride, plane(t, 2).data, plane(t, 2).stride, screen.width,
                       screen.height);
  });
}
BENCHMARK(yuv444p)->Name("bgra>yuv444p/libyuv_bt601");

template <auto convert, PixelFormat format>
void packed(benchmark::State& state) {
  run(state, format, [](Strided s, const ImageView& t) {
    convert(s.data, s.stride, plane(t, 0).data, plane(t, 0).stride, screen.width, screen.height);
  });
}
BENCHMARK(packed<libyuv::ARGBToJ400, PixelFormat::gray>)->Name("bgra>gray/libyuv");
BENCHMARK(packed<libyuv::ARGBToRGB24, PixelFormat::bgr>)->Name("bgra>bgr/libyuv");
BENCHMARK(packed<libyuv::ARGBToRAW, PixelFormat::rgb>)->Name("bgra>rgb/libyuv");
BENCHMARK(packed<libyuv::ARGBToABGR, PixelFormat::rgba>)->Name("bgra>rgba/libyuv");

void quarter_turn(benchmark::State& state) {
  Image from = noise();
  Image into(PixelFormat::bgra, {screen.height, screen.width});
  const Strided s = plane(from.view(), 0);
  const Strided t = plane(into.view(), 0);
  for (auto _ : state) {
    libyuv::ARGBRotate(s.data, s.stride, t.data, t.stride, screen.width, screen.height,
                       libyuv::kRotate90);
    benchmark::ClobberMemory();
  }
  count_bytes(state, PixelFormat::bgra);
}
BENCHMARK(quarter_turn)->Name("rotate90/libyuv");

}  // namespace
}  // namespace rustcam::bench
