// What one run measures.
#pragma once

#include <chrono>
#include <string_view>

#include "base/rational.h"
#include "base/time.h"
#include "capture/selection.h"
#include "image/fingerprint.h"

namespace rustcam {

/// How frames are asked for.
enum class BenchMode {
  grab = 1,  ///< one call after the other, each for the next frame
  latest,    ///< a background thread and a mailbox: the newest frame, newer than the last
  frames,    ///< one frame for each slot of an exact rate
  record,    ///< the loop of recordings, with a sink that only counts
  gpu,       ///< as grab, but textures instead of pixels
};
std::string_view name(BenchMode mode) noexcept;
/// True if a call brings what a slot holds, with or without anything new.
constexpr bool is_paced(BenchMode mode) noexcept {
  return mode == BenchMode::frames || mode == BenchMode::record;
}

struct RunOptions {
  Selection selection;
  BenchMode mode = BenchMode::grab;
  bool pointer = true;
  Rational rate{};                              ///< of the slots, for `frames` and `record`
  Duration warmup{};                            ///< before the counted time
  Duration duration = std::chrono::seconds(4);  ///< the counted time
  Duration timeout = std::chrono::seconds(1);   ///< of one call
  FingerprintKind fingerprint = FingerprintKind::sparse;
};

}  // namespace rustcam
