// Our own kernels, each table that this machine can run.
#include "image/kernels.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "image/convert.h"
#include "image/fingerprint.h"
#include "image/pointer.h"
#include "image/scale.h"
#include "workload.h"

namespace rustcam::bench {
namespace {

/// A 400x240 window that has moved: where it was and where it is.
constexpr Rect moved_window{301, 203, 711, 449};

std::int64_t bytes_of(const Rect& area, PixelFormat format) {
  return packed_bytes(format, area.size());
}

/// The floor for all that touches a whole picture.
void plain_copy(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(packed_bytes(PixelFormat::bgra, screen));
  const std::vector<std::uint8_t> from(size, 1);
  std::vector<std::uint8_t> into(size);
  for (auto _ : state) {
    std::memcpy(into.data(), from.data(), size);
    benchmark::DoNotOptimize(into.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, PixelFormat::bgra);
}
BENCHMARK(plain_copy)->Name("bgra>bgra/memcpy");

void copy(benchmark::State& state, Rect area) {
  const Image from = noise();
  Image into(PixelFormat::bgra, screen);
  for (auto _ : state) {
    copy_region(from.view(), area, into.view());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * bytes_of(area, PixelFormat::bgra));
}
BENCHMARK_CAPTURE(copy, whole, Rect::of(screen))->Name("copy_region/rustcam");
BENCHMARK_CAPTURE(copy, window, moved_window)->Name("copy_region_410x246/rustcam");

void run_table(benchmark::State& state, const Kernels& k, PixelFormat format) {
  const Image from = noise();
  Image into(format, screen);
  const ConstImageView f = from.view();
  const ImageView t = into.view();
  const YuvCoefficients& c = yuv_coefficients(t.encoding);
  for (auto _ : state) {
    for (std::int32_t y = 0; y < screen.height; ++y) switch (format) {
        case PixelFormat::bgra:
          k.opaque(f.row(y), t.row(y), screen.width);
          break;
        case PixelFormat::rgba:
          k.rgba(f.row(y), t.row(y), screen.width);
          break;
        case PixelFormat::bgr:
          k.bgr(f.row(y), t.row(y), screen.width);
          break;
        case PixelFormat::rgb:
          k.rgb(f.row(y), t.row(y), screen.width);
          break;
        case PixelFormat::gray:
          k.luma(f.row(y), t.row(y), screen.width, gray_coefficients());
          break;
        case PixelFormat::yuv444p:
          k.yuv444p({f.row(y), t.row(y), t.planes[1].row(y), t.planes[2].row(y)}, screen.width, c);
          break;
        case PixelFormat::yuv420p:
          k.yuv420p({f.row(y), f.row(y + 1), t.row(y), t.row(y + 1), t.planes[1].row(y / 2),
                     t.planes[2].row(y / 2)},
                    screen.width, c);
          ++y;
          break;
        case PixelFormat::nv12:
          k.nv12({f.row(y), f.row(y + 1), t.row(y), t.row(y + 1), t.planes[1].row(y / 2), nullptr},
                 screen.width, c);
          ++y;
          break;
      }
    benchmark::ClobberMemory();
  }
  count_bytes(state, format);
}

const int registered = [] {
  for (const PixelFormat format :
       {PixelFormat::yuv420p, PixelFormat::nv12, PixelFormat::yuv444p, PixelFormat::gray,
        PixelFormat::bgr, PixelFormat::rgb, PixelFormat::rgba, PixelFormat::bgra})
    for (const Kernels* k : usable_kernels())
      benchmark::RegisterBenchmark(
          ("bgra>" + std::string(name(format)) + "/rustcam_" + std::string(k->name)).c_str(),
          [=](benchmark::State& state) { run_table(state, *k, format); });
  return 0;
}();

/// As a recording converts it.
void window(benchmark::State& state) {
  const Image from = noise();
  Image into(PixelFormat::yuv420p, screen);
  const Region region(moved_window);
  for (auto _ : state) {
    convert(from.view(), region, into.view());
    benchmark::ClobberMemory();
  }
  count_bytes(state, bytes_of(moved_window, PixelFormat::bgra) +
                         bytes_of(moved_window, PixelFormat::yuv420p));
}
BENCHMARK(window)->Name("bgra>yuv420p/rustcam_410x246");

void quarter_turn(benchmark::State& state) {
  const Image from = noise();
  Image into(PixelFormat::bgra, {screen.height, screen.width});
  for (auto _ : state) {
    rotate(from.view(), Rotation::clockwise90, into.view());
    benchmark::ClobberMemory();
  }
  count_bytes(state, PixelFormat::bgra);
}
BENCHMARK(quarter_turn)->Name("rotate90/rustcam");

void digest(benchmark::State& state) {
  const Image from = noise();
  const auto kind = static_cast<FingerprintKind>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(fingerprint(from.view(), kind));
  // Of the picture that it tells apart from others, also if it looks at a part of them.
  count_bytes(state, packed_bytes(PixelFormat::bgra, screen));
}
BENCHMARK(digest)
    ->Name("fingerprint_sparse/rustcam")
    ->Arg(static_cast<int>(FingerprintKind::sparse));
BENCHMARK(digest)->Name("fingerprint_full/rustcam")->Arg(static_cast<int>(FingerprintKind::full));

void pointer(benchmark::State& state) {
  Image picture = noise();
  auto shape = std::make_shared<PointerShape>();
  shape->kind = PointerKind::premultiplied_alpha;
  constexpr std::int64_t bytes = 48 * 48 * 4;
  shape->size = {48, 48};
  shape->stride = 48 * 4;
  shape->pixels.assign(bytes, 120);
  const Pointer p{{500, 500}, true, false, shape};
  for (auto _ : state) {
    blend_pointer(p, {0, 0}, picture.view());
    benchmark::ClobberMemory();
  }
  // The shape and the picture under it are read, and the picture is written.
  count_bytes(state, 3 * bytes);
}
BENCHMARK(pointer)->Name("pointer_48x48/rustcam");

void scale_down(benchmark::State& state) {
  const Image from = noise();
  Image into(PixelFormat::bgra, {1280, 720});
  Scaler scaler;
  for (auto _ : state) {
    scaler.scale(from.view(), into.view());
    benchmark::ClobberMemory();
  }
  count_bytes(state, packed_bytes(PixelFormat::bgra, screen) +
                         packed_bytes(PixelFormat::bgra, into.size()));
}
BENCHMARK(scale_down)->Name("scale_1280x720/rustcam");

}  // namespace
}  // namespace rustcam::bench
