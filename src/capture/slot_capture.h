// Reads a screen for slots: the work of a capture thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "capture/screen_reader.h"
#include "image/frame.h"
#include "pacing/listening.h"
#include "pacing/mailbox.h"
#include "pacing/read_lead.h"
#include "pacing/slot_schedule.h"

namespace rustcam {

/// From the capture thread to whoever fills the slots.
using FrameMailbox = Mailbox<Frame, FoldDamage>;

struct SlotCaptureOptions {
  SourceRecipe source;
  Duration timeout{};           ///< for the first picture
  bool stop_on_resize = false;  ///< another size ends it
};

/// Opens the source, posts its first picture, learns when the screen shows its frames, starts the
/// clock once told to begin, and then reads at most once a slot, as late before the sampling point
/// as reading allows. The loop of recordings, of Capturer::frames(), and of what `bench` measures
/// of both. run() belongs to the capture thread; what is said of other members, to any.
class SlotCapture {
 public:
  /// What is captured.
  struct Opened {
    TargetInfo target;
    Rect region;
    std::shared_ptr<TextureHome> textures{};  ///< of the first picture; null: it is in memory
    std::string texture_refusal{};            ///< why, if textures were asked for
  };
  enum class End {
    stopped = 1,  ///< by the stop request
    resized,      ///< `stop_on_resize`
    lost,         ///< the source is gone for good
  };
  struct Report {
    Histogram pacing;  ///< work begun, less planned
    std::int64_t bytes_read = 0;
    std::int64_t bytes_copied = 0;
    std::optional<std::int64_t> coalesced = 0;  ///< nullopt: the system does not tell
    std::vector<Recovery> recoveries;
  };

  SlotCapture(SlotCaptureOptions options, SlotSchedule& schedule, FrameMailbox& mailbox,
              Clock& clock);

  /// On the capture thread, before run(). Throws what ScreenReader's constructor throws.
  void open();
  /// Until `stop`, or until the source ends; closes it. Throws CaptureTimeout and AccessLost if the
  /// first picture does not come.
  End run(const std::stop_token& stop);

  /// Any thread: waits for the first picture (up to `deadline`); nullopt if there is none yet.
  std::optional<Opened> wait_opened(TimePoint deadline);
  /// Any thread: nobody takes textures, so pictures come in memory from the next one on.
  void refuse_textures() noexcept { textures_refused_ = true; }
  /// Any thread: slot 0 may come.
  void begin();
  /// Any thread, after open(): what is captured now.
  Opened now_captured() const;
  /// Any thread: why the source is away just now; empty while it is there.
  std::string loss() const;
  /// Any thread: how long the system has been in a call beyond the time that it was given; zero or
  /// less if it has not. Seconds are the sign of a call that will not return.
  Duration overdue() const;

  /// After run() has returned.
  const Report& report() const noexcept { return report_; }
  /// The same: why the source was lost last.
  const std::string& lost_error() const noexcept { return lost_error_; }

 private:
  Frame first_picture(const std::stop_token& stop);
  void warm_up(Frame first, const std::stop_token& stop);
  void learn(const std::stop_token& stop);
  void start();
  void follow(const std::stop_token& stop);
  bool begun() const;
  bool over(const std::stop_token& stop) const noexcept { return end_ || stop.stop_requested(); }

  void listen(TimePoint until, const std::stop_token& stop);
  SourceEvent take_in(TimePoint deadline, bool tell, const std::stop_token& stop);
  bool anything_new();
  bool turn_to_memory();
  std::optional<Frame> compose();
  void read(std::int64_t n);
  std::int64_t next_slot(std::int64_t n);
  void describe();
  class SourceCall;

  const SlotCaptureOptions options_;
  SlotSchedule& schedule_;
  FrameMailbox& mailbox_;
  Clock& clock_;

  std::optional<ScreenReader> reader_;
  ReadLead lead_;
  Listening listening_;
  std::optional<End> end_;
  Report report_;
  std::string lost_error_;
  /// When the call that is being made should be back; none: no call.
  static constexpr TimePoint no_call = TimePoint::max();
  std::atomic<TimePoint> due_back_{no_call};

  std::atomic<bool> textures_refused_ = false;
  bool in_memory_ = false;  ///< that was seen to

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Opened now_captured_;
  std::string loss_;
  bool described_lost_ = false;  ///< of the capture thread
  bool pictured_ = false;
  bool begun_ = false;
};

}  // namespace rustcam
