// libswscale at the same work, with the colour matrix that we write.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "workload.h"

extern "C" {
#include <libavutil/pixfmt.h>
#include <libswscale/swscale.h>
}

namespace rustcam::bench {
namespace {

struct Free {
  void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
};

void run(benchmark::State& state, PixelFormat format, AVPixelFormat theirs, int flags) {
  const Image from = noise();
  Image into(format, screen);
  const std::unique_ptr<SwsContext, Free> sws(
      sws_getContext(screen.width, screen.height, AV_PIX_FMT_BGRA, screen.width, screen.height,
                     theirs, flags, nullptr, nullptr, nullptr));
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(sws.get(), bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  const ConstImageView f = from.view();
  const ImageView t = into.view();
  const std::uint8_t* source[] = {f.planes[0].data, nullptr, nullptr, nullptr};
  const int source_stride[] = {static_cast<int>(f.planes[0].stride), 0, 0, 0};
  std::uint8_t* target[4] = {};
  int target_stride[4] = {};
  for (std::size_t i = 0; i < t.planes.size(); ++i) {
    target[i] = t.planes[i].data;
    target_stride[i] = static_cast<int>(t.planes[i].stride);
  }
  for (auto _ : state) {
    sws_scale(sws.get(), source, source_stride, 0, screen.height, target, target_stride);
    benchmark::ClobberMemory();
  }
  count_bytes(state, format);
}

BENCHMARK_CAPTURE(run, yuv420p, PixelFormat::yuv420p, AV_PIX_FMT_YUV420P, SWS_BILINEAR)
    ->Name("bgra>yuv420p/swscale");
BENCHMARK_CAPTURE(run, exact420, PixelFormat::yuv420p, AV_PIX_FMT_YUV420P,
                  SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP)
    ->Name("bgra>yuv420p/swscale_accurate");
BENCHMARK_CAPTURE(run, nv12, PixelFormat::nv12, AV_PIX_FMT_NV12, SWS_BILINEAR)
    ->Name("bgra>nv12/swscale");
BENCHMARK_CAPTURE(run, yuv444p, PixelFormat::yuv444p, AV_PIX_FMT_YUV444P, SWS_BILINEAR)
    ->Name("bgra>yuv444p/swscale");
BENCHMARK_CAPTURE(run, gray, PixelFormat::gray, AV_PIX_FMT_GRAY8, SWS_BILINEAR)
    ->Name("bgra>gray/swscale");
BENCHMARK_CAPTURE(run, bgr, PixelFormat::bgr, AV_PIX_FMT_BGR24, SWS_BILINEAR)
    ->Name("bgra>bgr/swscale");
BENCHMARK_CAPTURE(run, rgb, PixelFormat::rgb, AV_PIX_FMT_RGB24, SWS_BILINEAR)
    ->Name("bgra>rgb/swscale");
BENCHMARK_CAPTURE(run, rgba, PixelFormat::rgba, AV_PIX_FMT_RGBA, SWS_BILINEAR)
    ->Name("bgra>rgba/swscale");

}  // namespace
}  // namespace rustcam::bench
