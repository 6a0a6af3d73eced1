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

/// Each time, so many bytes are read and written.
inline void count_bytes(benchmark::State& state, std::int64_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes);
}

/// A whole picture is read, and written as `into`.
inline void count_bytes(benchmark::State& state, PixelFormat into) {
  count_bytes(state, packed_bytes(PixelFormat::bgra, screen) + packed_bytes(into, screen));
}

}  // namespace rustcam::bench
