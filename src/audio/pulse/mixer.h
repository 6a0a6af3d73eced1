// The sum of streams that come at their own times.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "audio/sound_source.h"

namespace rustcam::pulse {

/// Brings streams of stereo samples with times onto one line. What comes from one stream stays
/// without a seam as long as its times say about the same.
class Mixer {
 public:
  explicit Mixer(int rate) : rate_(rate) {}

  /// `block` came from `stream` at `at`.
  void add(std::uint32_t stream, const SoundBlock& block, TimePoint at);
  /// It has ended.
  void remove(std::uint32_t stream) { tracks_.erase(stream); }
  /// Takes what all streams have delivered; one that has sent nothing for long is not waited for.
  /// False if there is nothing. The sum goes into `samples`, which `block` then points to.
  bool take(SoundBlock& block, std::vector<float>& samples, TimePoint at);
  /// When take() has to be asked even if nothing comes.
  TimePoint due() const;

 private:
  struct Track {
    std::int64_t end = 0;  ///< on the line: of what has come
    TimePoint came{};
  };
  std::int64_t frames_of(Duration time) const;
  std::int64_t waiting() const { return static_cast<std::int64_t>(sum_.size() / 2); }

  int rate_;
  std::map<std::uint32_t, Track> tracks_;
  std::vector<float> sum_;  ///< what has come and was not taken
  std::int64_t begin_ = 0;  ///< of that, on the line
  /// The line's time: when one of its samples was made, as the leading stream says.
  std::uint32_t leader_ = 0;
  std::int64_t known_ = 0;
  TimePoint known_made_{};
};

}  // namespace rustcam::pulse
