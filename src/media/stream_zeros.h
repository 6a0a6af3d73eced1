// Where time 0 stands in a file some of whose streams begin before it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "media/container.h"
#include "media/packet_sink.h"

namespace rustcam {

/// How a file tells what of its streams lies before time 0.
enum class Beginnings {
  edit_lists = 1,  ///< by an edit list of ours for each stream
  muxer,           ///< the muxer sees to it
  container,       ///< as the container has it, if at all
};

/// For each of `streams`, what is added to the times of its packets, in ticks of its stream in the
/// file (`bases`): a sound's encoder warms up, a video's order of decoding differs, and files have
/// no times before 0. Throws MediaError.
std::vector<std::int64_t> stream_zeros(const Container& container, Beginnings told,
                                       std::span<const StreamInfo> streams,
                                       std::span<const AVRational> bases);

}  // namespace rustcam
