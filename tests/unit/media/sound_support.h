// Sound for the tests of media/: made to be found again, and read back with its times.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "audio/sound.h"
#include "audio/sound_feed.h"

namespace rustcam::media_test {

/// A short chirp at each whole half second and `late` samples more, the same on the left and,
/// upside down, on the right.
class ChirpFeed final : public SoundFeed {
 public:
  static constexpr SoundTime period = sound_rate / 2;
  static constexpr SoundTime length = sound_rate / 100;
  explicit ChirpFeed(SoundTime late = 0) : late_(late) {}

  /// The left channel's value, if it is not late.
  static float value(SoundTime at);

  SoundTime available() override { return available_; }
  void read(SoundTime from, std::span<float> into) override;
  void hurry() noexcept override { hurried_ = true; }

  /// How far reading does not wait; a read beyond it is noted, and gets its sound all the same.
  void set_available(SoundTime until) { available_ = until; }
  SoundTime waited_for() const { return waited_for_; }  ///< the end of the last such read, or 0
  SoundTime end() const { return end_; }                ///< of all that was read
  bool in_order() const { return in_order_; }
  SoundTime skipped() const { return skipped_; }
  bool hurried() const { return hurried_; }

 private:
  SoundTime late_;
  SoundTime available_ = 0;
  SoundTime waited_for_ = 0;
  SoundTime end_ = 0;
  SoundTime skipped_ = 0;
  bool in_order_ = true;
  bool hurried_ = false;
};

/// A track of sound as a player presents it, from the moment of the first picture on.
struct Heard {
  std::string codec;
  std::string title;
  bool is_default = false;
  std::vector<float> left;
  std::vector<float> right;
};
/// Of each track of the file, which may have been cut anywhere. Fails the test if it cannot be
/// read.
std::vector<Heard> hear(const std::string& path);

/// How many samples later than in ChirpFeed each whole chirp of `left` is; missing ones are left
/// out. `from`: of the feed, that stands at `left`'s first sample.
std::vector<SoundTime> chirp_offsets(std::span<const float> left, SoundTime from = 0);

}  // namespace rustcam::media_test
