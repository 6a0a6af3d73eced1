// Our own PNG writer, and the pictures for all of them.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "image/convert.h"
#include "image/image.h"
#include "media/png_writer.h"
#include "png_workload.h"
#include "stimulus/scene.h"

namespace rustcam::bench {
namespace {

constexpr Size screen{1920, 1080};

Image scene(const char* name) {
  Image image(PixelFormat::bgra, screen);
  make_scene(name, screen)->draw(0, Rect::of(screen), image.view());
  return image;
}

/// Soft shades under the noise of a camera's sensor.
Image photo() {
  Image image(PixelFormat::bgra, screen);
  std::mt19937 rng(1);
  for (std::int32_t y = 0; y < screen.height; ++y)
    for (std::int32_t x = 0; x < screen.width; ++x)
      for (int channel = 0; channel < 4; ++channel) {
        const double shade =
            128 + 60 * std::sin(x / 300.0 + channel) + 50 * std::cos(y / 200.0 - channel);
        const auto noise = static_cast<double>(rng() % 8 + rng() % 8) - 7;
        image.view().row(y)[4 * x + channel] = static_cast<std::uint8_t>(shade + noise);
      }
  make_opaque(image.view());
  return image;
}

struct Picture {
  const char* name;
  Image (*draw)();
};

constexpr std::array pictures{
    Picture{"wallpaper", [] { return scene("static"); }},
    Picture{"gradient", [] { return scene("gradient"); }},
    Picture{"photo", photo},
};

PreparePngWriter ours(std::optional<int> level, int threads) {
  return [=](const ConstImageView& picture) -> PngWriter {
    return [=] { return write_png(picture, level, threads).size(); };
  };
}

/// What write_png() takes.
constexpr PixelFormat our_format = PixelFormat::bgra;
const int all_threads = static_cast<int>(std::thread::hardware_concurrency());

[[maybe_unused]] const std::array registered{
    add_png_writer("rustcam", our_format, ours(std::nullopt, 1)),
    add_png_writer("rustcam_all_threads", our_format, ours(std::nullopt, all_threads)),
    add_png_writer("rustcam_level1", our_format, ours(1, 1)),
    add_png_writer("rustcam_level6", our_format, ours(6, 1)),
};

}  // namespace

int add_png_writer(const std::string& name, PixelFormat format, const PreparePngWriter& prepare) {
  for (const Picture& picture : pictures)
    benchmark::RegisterBenchmark(("png/" + std::string(picture.name) + "/" + name).c_str(),
                                 [=](benchmark::State& state) {
                                   const Image drawn = picture.draw();
                                   Image image(format, screen);
                                   convert(drawn.view(), image.view());
                                   const PngWriter write = prepare(as_const(image.view()));
                                   std::size_t bytes = 0;
                                   for (auto _ : state) bytes = write();
                                   state.counters["bytes"] = static_cast<double>(bytes);
                                 })
        ->MeasureProcessCPUTime()
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  return 0;
}

}  // namespace rustcam::bench
