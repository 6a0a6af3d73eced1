// The index of an ordinary MP4, for the samples of a fragmented one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/mp4_samples.h"

namespace rustcam::mp4 {

/// When a track plays, in its own ticks.
struct Span {
  std::uint64_t zero = 0;  ///< time 0 of the recording, in the fragments' times
  std::uint64_t end = 0;   ///< of the track, counted from there
};

/// The `moov` box that plays `table` without its fragments: `initial`, the one from the head of the
/// fragmented file, with full sample tables, true durations, 64-bit offsets, and an edit list in
/// each track whose first sample is not shown at the moment at which it is decoded, or not at time
/// 0. `spans` has one for each track of `initial`, in their order; a track without samples is left
/// out. Throws MediaError.
std::vector<std::byte> movie_box(Bytes initial, const SampleTable& table,
                                 std::span<const Span> spans);

/// Writes the `moov` box of a fragmented file whose content is `moov`, with an edit list in each
/// track of which `zeros` (as Span::zero, in the order of the tracks) is not 0: it then plays from
/// there on, to the end of whatever fragments there are. Throws MediaError.
void write_with_edit_lists(Writer& w, Bytes moov, std::span<const std::uint64_t> zeros);

}  // namespace rustcam::mp4
