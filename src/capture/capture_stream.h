// Capture on a thread of its own: the newest frame for whoever asks, or one for each slot.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/rational.h"
#include "capture/screen_reader.h"
#include "image/frame.h"
#include "pacing/mailbox.h"
#include "pacing/slot_clock.h"

namespace rustcam {

enum class StreamMode {
  every_frame = 1,  ///< every desktop frame is read as it comes
  paced,            ///< at most one desktop frame in a period is read
  video,            ///< latest() has a picture for every period, the last one again where nothing
                    ///< is new, with the pointer where it is by then
  slots,            ///< the same for slot()
};

struct StreamOptions {
  StreamMode mode = StreamMode::every_frame;
  Rational rate{};  ///< means nothing for every_frame
};

/// Opens, reads and closes its source on its own thread. All members may be called from any thread.
class CaptureStream {
 public:
  /// Returns when the source is open; throws what opening it throws.
  CaptureStream(const SourceRecipe& recipe, StreamOptions options);
  ~CaptureStream();
  CaptureStream(const CaptureStream&) = delete;
  CaptureStream& operator=(const CaptureStream&) = delete;

  /// Ends the thread and wakes all who wait. Idempotent.
  void stop() noexcept;

  /// The newest frame that no call has returned yet (with `video`: the newest period's); waits
  /// for it. Empty after `timeout` or stop(). Throws AccessLost where the source is gone for good.
  Frame latest(Duration timeout);

  struct Slot {
    Frame frame;
    TimePoint time{};  ///< exactly t0 + n periods
  };
  /// What fills slot `n`, ascending from 0 (needs `slots`); waits until that slot
  /// has come, for the first one `timeout` at most. nullopt after stop(). Throws CaptureTimeout,
  /// AccessLost.
  std::optional<Slot> slot(std::int64_t n, Duration timeout);

  StreamMode mode() const noexcept { return options_.mode; }
  bool stopped() const noexcept { return stopped_; }
  TargetInfo target() const;
  Rect region() const;
  /// Why the source is away just now; empty while it is there.
  std::string loss() const;

 private:
  void run(const SourceRecipe& recipe, std::promise<void>& opened, const std::stop_token& stop);
  void read_every_frame(ScreenReader& reader, const std::stop_token& stop);
  void read_slots(ScreenReader& reader, const std::stop_token& stop);
  std::optional<Frame> first_frame(ScreenReader& reader, const std::stop_token& stop);
  void take_in(ScreenReader& reader, TimePoint deadline, const std::stop_token& stop);
  void describe(const ScreenReader& reader);
  void publish(std::int64_t slot, std::optional<Frame> frame);
  bool repeats() const noexcept { return options_.mode >= StreamMode::video; }
  void finish(std::exception_ptr error) noexcept;

  StreamOptions options_;
  Mailbox<Frame, FoldDamage> mailbox_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TargetInfo target_;
  Rect region_;
  std::string loss_;
  Frame newest_;
  std::uint64_t published_ = 0;
  std::uint64_t returned_ = 0;
  std::int64_t completed_slot_ = -1;
  TimePoint t0_{};
  Frame current_;  ///< of the slot asked for last
  bool finished_ = false;
  std::exception_ptr error_;
  std::atomic<bool> stopped_ = false;
  std::mutex joining_;
  std::jthread thread_;
};

}  // namespace rustcam
