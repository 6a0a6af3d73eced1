// A stream that the server sends us, and the times of its samples.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/pulse/connection.h"
#include "audio/pulse/sample_times.h"
#include "audio/pulse/server.h"
#include "audio/sound_source.h"

namespace rustcam::pulse {

/// What is recorded, and how.
struct StreamRequest {
  std::string source;                       ///< its name; empty if a sink_input is given
  std::optional<std::uint32_t> sink_input;  ///< of what its sink plays, this alone
  pa_sample_spec spec{};                    ///< float32
  pa_channel_map map{};
  Duration fragment{};  ///< what the server collects before it sends
};

/// What suits both the server and us.
Duration fragment_for(const ServerFacts& server) noexcept;

/// Confined to its connection's thread.
class RecordStream {
 public:
  /// Asks for it. Throws DeviceError if it cannot be asked for.
  RecordStream(Connection& connection, const StreamRequest& request);
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  bool opening() const noexcept { return state() == PA_STREAM_CREATING; }
  /// Refused, or ended by the server: what it records is gone.
  bool gone() const noexcept { return !PA_STREAM_IS_GOOD(state()); }
  /// The server has answered nothing for seconds in which it was listened to, though it was asked.
  bool hangs() const noexcept { return hangs_; }
  /// True if `block` is the next piece (valid until the next call). Never waits. Nothing comes
  /// before the server has told enough of time; then all that it kept, each at its own.
  bool take(SoundBlock& block);

 private:
  struct Unref {
    void operator()(pa_stream* stream) const noexcept { library().stream_unref(stream); }
  };
  pa_stream_state_t state() const noexcept { return library().stream_get_state(stream_.get()); }
  bool knows_time() const noexcept;
  void ask_time();
  void look_whether_it_hangs(TimePoint at);
  void learn_time();
  void distrust(bool lost);
  bool take_next(SoundBlock& block);

  Connection& connection_;
  std::size_t frame_bytes_;
  SampleTimes times_;
  std::unique_ptr<pa_stream, Unref> stream_;
  TimePoint asked_at_{};
  TimePoint came_at_{};  ///< the last samples
  std::int64_t position_ = 0;
  std::optional<TimePoint> expected_;  ///< of the next sample, before times_ were forgotten
  bool broken_ = false;
  int answers_ = 0;
  std::optional<TimePoint> overdue_since_;  ///< as seen by take(), an answer is
  bool hangs_ = false;
  std::vector<float> samples_;
  std::chrono::microseconds held_{};  ///< what the server keeps before it lets it go to us
  Question held_question_;            ///< dropped first, both: their answers come here
  Question time_question_;
};

}  // namespace rustcam::pulse
