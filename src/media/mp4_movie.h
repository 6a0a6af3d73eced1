// The index of an ordinary MP4, for the samples of a fragmented one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/mp4_samples.h"

namespace rustcam::mp4 {

/// The `moov` box that plays `table` without its fragments: `initial`, the one from the head of the
/// fragmented file, with full sample tables, true durations, 64-bit offsets, and an edit list where
/// the first picture is shown later than it is decoded. `end`: ticks from the first picture to the
/// end of the last. Throws MediaError.
std::vector<std::byte> movie_box(Bytes initial, const SampleTable& table, std::uint64_t end);

}  // namespace rustcam::mp4
