// The samples of a fragmented MP4, gathered from its fragments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/mp4_boxes.h"

namespace rustcam::mp4 {

struct Sample {
  std::uint32_t size = 0;
  std::int32_t composition_offset = 0;  ///< ticks from decoding to showing
  std::uint32_t duration = 0;           ///< ticks to the next sample
  bool sync = false;                    ///< decoding can begin here
};

/// Samples that stand one after another in the file.
struct Chunk {
  std::uint64_t offset = 0;
  std::uint32_t samples = 0;
};

struct Track {
  std::uint32_t id = 0;
  std::vector<Sample> samples;
  std::vector<Chunk> chunks;
  std::uint64_t first_time = 0;  ///< decoding time of the first sample, ticks
  std::uint64_t last_time = 0;   ///< of the last one
};

class SampleTable {
 public:
  /// Adds the fragments (moof and mdat boxes) that stand at `offset` of the file. Other boxes are
  /// passed over. Throws MediaError for what our muxer does not write.
  void add(Bytes fragments, std::int64_t offset);
  const std::vector<Track>& tracks() const noexcept { return tracks_; }
  bool empty() const noexcept { return tracks_.empty(); }
  std::size_t count() const noexcept;

 private:
  void add_track_fragment(Bytes traf, std::uint64_t moof_offset);
  Track& track(std::uint32_t id);

  std::vector<Track> tracks_;
};

}  // namespace rustcam::mp4
