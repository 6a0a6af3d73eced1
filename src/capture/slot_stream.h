// Captures for slots: a picture for each, or the newest one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/rational.h"
#include "capture/capture_stream.h"
#include "capture/slot_capture.h"
#include "capture/slot_picker.h"
#include "platform/worker.h"

namespace rustcam {

/// Opens, reads and closes its source on its own thread.
class SlotStream final : public CaptureStream {
 public:
  /// What latest() returns.
  enum class Latest {
    new_frame = 1,  ///< desktop frames that are new, at most one a slot
    every_slot,     ///< what each slot holds, the last picture again if nothing is new
  };

  /// `timeout`: for the first picture; nullopt: without limit. Returns when the source is open;
  /// throws what opening it throws.
  SlotStream(const SourceRecipe& recipe, const Rational& rate, Latest latest,
             std::optional<Duration> timeout, Clock& clock);
  ~SlotStream() override;

  struct Slot {
    Frame frame;
    TimePoint time{};  ///< exactly t0 + n periods
  };
  /// What slot `n` holds, ascending from 0, all of them; waits until it has come. nullopt after
  /// stop(). Throws CaptureTimeout, AccessLost. Not to be mixed with latest().
  std::optional<Slot> slot(std::int64_t n);

  Frame latest(Duration timeout) override;
  void stop() noexcept override;
  bool stopped() const noexcept override { return stopped_; }
  TargetInfo target() const override;
  Rect region() const override;
  std::string loss() const override { return capture_.loss(); }

 private:
  class Turn;

  void run();
  void finish(std::exception_ptr failure) noexcept;
  void rethrow() const;
  std::optional<PickedSlot> newest(TimePoint deadline);

  Clock& clock_;
  const Latest latest_;
  SlotSchedule schedule_;
  FrameMailbox mailbox_;
  std::stop_source ending_;
  std::stop_callback<std::function<void()>> on_stop_;  ///< the caller's request is ours
  SlotCapture capture_;
  SlotPicker picker_;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  bool finished_ = false;
  std::exception_ptr failure_;
  bool picking_ = false;  ///< one caller of latest() at a time
  std::int64_t next_slot_ = 0;
  std::optional<Worker> worker_;
};

}  // namespace rustcam
