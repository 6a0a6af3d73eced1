// The sound of one source on the recording's line, between the thread that places it and the one
// that reads it.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "audio/sound.h"

namespace rustcam {

/// Stereo sound that has its place. What has no sound is silence, and takes no memory. Not
/// synchronised.
class SoundLine {
 public:
  /// Room for `capacity` frames that nobody has read yet.
  explicit SoundLine(std::int64_t capacity) : capacity_(capacity) {}

  /// Up to where it is known what is heard.
  SoundTime end() const noexcept { return end_; }
  /// `samples` (interleaved) stand at `at`. What lies before end() or before what was dropped is
  /// cut off; a gap is silence, and so is what has no room.
  void put(SoundTime at, std::vector<float> samples);
  /// Nothing comes any more for what lies before `at`.
  void silence_until(SoundTime at) noexcept;
  /// Adds `gain` times the sound from `at` on to `into` (interleaved), and sets `heard` (one a
  /// frame) where there is any.
  void add_to(SoundTime at, float gain, std::span<float> into,
              std::span<std::uint8_t> heard) const noexcept;
  /// What lies before `at` is not wanted any more.
  void drop_until(SoundTime at) noexcept;

 private:
  struct Piece {
    SoundTime at = 0;
    std::vector<float> samples;
    SoundTime end() const noexcept {
      return at + static_cast<SoundTime>(samples.size()) / sound_channels;
    }
  };

  std::int64_t capacity_;
  std::deque<Piece> pieces_;  ///< in order, apart
  std::int64_t kept_ = 0;     ///< frames in them
  SoundTime end_ = 0;
};

}  // namespace rustcam
