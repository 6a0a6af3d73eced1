// What all kernels are measured on: a 1080p picture of noise, and a copy of it as the floor.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>

#include "image/image.h"

namespace rustcam::bench {

constexpr Size screen{1920, 1080};

inline Image noise() {
  Image image(PixelFormat::bgra, screen);
  std::mt19937 rng(1);
  for (std::int32_t y = 0; y < screen.height; ++y)
    for (std::int32_t x = 0; x < screen.width * 4; ++x)
      image.view().row(y)[x] = static_cast<std::uint8_t>(rng());
  return image;
}

/// Counts the bytes read and written for each picture.
inline void count_bytes(benchmark::State& state, PixelFormat into) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          (packed_bytes(PixelFormat::bgra, screen) + packed_bytes(into, screen)));
}

}  // namespace rustcam::bench
