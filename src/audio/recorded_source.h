// One source of a track: a thread that reads it, keeps it open, and puts its sound in place.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "audio/sound_backend.h"
#include "audio/sound_line.h"
#include "audio/sound_placer.h"
#include "base/histogram.h"
#include "platform/worker.h"

namespace rustcam {

/// What the sources of a track share.
struct SoundDesk {
  explicit SoundDesk(Clock& its_clock) : clock(its_clock) {}

  Clock& clock;
  std::mutex mutex;
  std::condition_variable_any changed;  ///< more sound, another state
  std::optional<TimePoint> zero;        ///< what is made then stands at 0 of the lines
  Histogram offsets;                    ///< of the blocks of all sources from their places
  std::stop_source stop;
};

/// What statistics tell of a source.
struct SourceFacts {
  std::string device;
  std::optional<double> drift;
  std::int64_t reconnects = 0;
  std::int64_t jumps = 0;
};

/// What is not told else is called under the desk's mutex.
class RecordedSource {
 public:
  /// `desk` and `backend` outlive it. Not under the mutex; the desk is stopped before this dies.
  RecordedSource(const SoundTarget& target, const SoundBackend& backend,
                 std::optional<TimePoint> screen_zero, SoundDesk& desk);

  /// Not under the mutex: waits until it is open, and throws what opening threw. False if it is not
  /// at `deadline`.
  bool wait_until_open(TimePoint deadline);
  /// Not under the mutex: waits for the end of its thread, once the desk was stopped. False at
  /// `deadline`: it hangs in a call of the system.
  bool wait_until_ended(TimePoint deadline) const { return worker_.wait(deadline); }
  /// Up to where its sound is known. Of a source that is away, that is silence. Asked many times a
  /// second, it notices a call of the system that does not return.
  SoundTime end();
  bool is_away() const noexcept { return !open_ || hangs_; }
  /// True once it has sent enough for its clock to be trusted.
  bool runs() const noexcept { return runs_; }
  SoundLine& line() noexcept { return line_; }
  const SourceFacts& facts() const noexcept { return facts_; }

 private:
  void work();
  void read_all();
  void open(bool again);
  void close();
  void reopen(Duration pause);
  void take(const SoundBlock& block, TimePoint arrived);
  void wait_in_vain(Duration waited);
  void hand_over();
  void begin_if_told();
  void look_whether_it_hangs();
  SoundTime place_of(TimePoint made) const;

  SoundTarget target_;
  const SoundBackend& backend_;
  std::optional<TimePoint> screen_zero_;
  SoundDesk& desk_;

  // Guarded by the desk's mutex.
  SoundLine line_;
  SourceFacts facts_;
  bool open_ = false;  ///< false while it is away
  bool runs_ = false;
  std::exception_ptr failure_;
  bool hangs_ = false;            ///< a call has not returned for seconds
  std::int64_t turns_seen_ = -1;  ///< at the last look
  TimePoint looked_at_{};
  Duration stuck_for_{};

  std::atomic<std::int64_t> turns_{0};  ///< of the thread: so often it has begun to read

  // Of the thread.
  std::optional<TimePoint> opened_first_;
  std::unique_ptr<SoundSource> source_;
  std::unique_ptr<SoundPlacer> placer_;
  std::int64_t earlier_jumps_ = 0;  ///< of earlier openings
  double usual_lateness_s_ = 0;     ///< of the end of a block, when it arrives
  Duration idle_{};                 ///< waited since the last block

  Worker worker_;  ///< last: it uses all of the above
};

}  // namespace rustcam
