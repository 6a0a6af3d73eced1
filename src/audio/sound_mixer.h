// The sound of a track, as its reader gets it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/recorded_source.h"
#include "audio/sound_feed.h"

namespace rustcam {

/// The sum of sources. A single one that is not made louder is handed on as it is; what may become
/// louder than full scale is clipped softly.
class SoundMixer final : public SoundFeed {
 public:
  struct Input {
    std::unique_ptr<RecordedSource> source;
    float gain = 1;
  };
  /// `desk` is that of the inputs, and outlives it.
  SoundMixer(std::vector<Input> inputs, SoundDesk& desk);

  SoundTime available() override;
  void read(SoundTime from, std::span<float> into) override;
  void hurry() noexcept override;

  std::vector<Input>& inputs() noexcept { return inputs_; }
  /// Under the desk's mutex: frames that were read and that no source had anything for.
  std::int64_t silent_frames() const noexcept { return silent_; }
  /// As SoundRecorder::peak().
  float peak() const noexcept { return peak_; }

 private:
  SoundTime known() const;
  void note_peaks(std::span<const float> sum);

  std::vector<Input> inputs_;
  SoundDesk& desk_;
  bool may_be_too_loud_;
  bool hurried_ = false;  ///< guarded by the desk's mutex
  std::int64_t silent_ = 0;
  // Of the reader.
  std::vector<std::uint8_t> heard_;
  std::array<float, 10> peaks_{};  ///< of the last spans of 20 ms
  std::size_t newest_peak_ = 0;
  int values_in_peak_ = 0;
  std::atomic<float> peak_ = 0;
};

}  // namespace rustcam
