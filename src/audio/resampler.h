// Any rate and channels to those of tracks, at a pace that can be steered.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace rustcam {

/// Made by libswresample; which input stands at which output is known to a fraction of a value.
class Resampler {
 public:
  /// `rate`: 8000 to 384000; `channels`: 1 to 8, in the order that is usual for their number. One
  /// is heard on both sides. Throws MediaError.
  Resampler(int rate, int channels);
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// From now on so much more input (as a part of itself; within 0.001) goes into an output.
  void set_pace(double parts);
  /// Appends to `out` (interleaved stereo of 48 kHz) what comes of `samples` (interleaved, whole
  /// frames). Keeps the last half millisecond.
  void feed(std::span<const float> samples, std::vector<float>& out);
  /// The place in the input, counted in frames from the first one fed, of the next output.
  double next_input() const noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  int rate_;
  int channels_;
  std::int64_t fed_ = 0;
};

}  // namespace rustcam
