#include "record/session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/file.h"
#include "platform/precise_timer.h"
#include "platform/process_stats.h"
#include "platform/thread_priority.h"
#include "record/capture_loop.h"
#include "record/encode_loop.h"
#include "record/session_report.h"
#include "record/slot_loop.h"
#include "record/warnings.h"

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// A hiccup of the disk or the encoder of this many slots costs nothing.
constexpr std::size_t queued_slots = 8;
constexpr Duration hooks_asked_every = 50ms;
constexpr Duration hurry_patience = 1500ms;
/// A reader who takes nothing for so long after the end was requested will not do so any more.
constexpr Duration reader_patience = 5s;

/// With --vfr nothing is written for a repeated slot, so a few may wait for one another, though not
/// so long that progress and time stamps lag behind.
std::size_t repeats_together(const OutputPlan& plan) {
  constexpr double longest_s = 0.08;
  constexpr std::size_t most = queued_slots / 2;
  if (!plan.request.vfr) return 1;
  return std::clamp(static_cast<std::size_t>(plan.fps.value() * longest_s), std::size_t{1}, most);
}

/// A thread that is always joined, and whose exception is not lost.
class Worker {
 public:
  template <typename Work>
  explicit Worker(Work work) {
    std::packaged_task<void()> task(std::move(work));
    outcome_ = task.get_future();
    thread_ = std::jthread(std::move(task));
  }
  bool wait_for(Duration d) const { return outcome_.wait_for(d) == std::future_status::ready; }
  void get() { outcome_.get(); }
  void join() { thread_.join(); }

 private:
  std::future<void> outcome_;
  std::jthread thread_;
};

/// Ends the session's threads on every way out, before they are joined.
class EndAtExit {
 public:
  explicit EndAtExit(Ending& ending) noexcept : ending_(ending) {}
  ~EndAtExit() { ending_.request(EndedBy::error); }
  EndAtExit(const EndAtExit&) = delete;
  EndAtExit& operator=(const EndAtExit&) = delete;

 private:
  Ending& ending_;
};

class Session {
 public:
  Session(const RecordOptions& options, const SessionHooks& hooks, const SinkFactory& open_sink)
      : options_(options),
        hooks_(hooks),
        schedule_(options.plan.fps),
        queue_(queued_slots, repeats_together(options.plan)),
        segments_(options.plan, options.on_resize == OnResize::split, open_sink),
        disk_(options.plan.request.path) {}

  RecordStatistics run();

 private:
  RecordStatistics nothing() const;
  bool count_down();
  bool end_requested();
  bool wait_opened(CaptureLoop& capture, Worker& captured);
  void open_files();
  bool wait_open_files();
  void discard_files();
  void encode_all(EncodeLoop& encode, SlotLoop& slots);
  void attend(const EncodeLoop& encode);
  void hasten(TimePoint at);
  void warn(Warning warning);

  const RecordOptions& options_;
  const SessionHooks& hooks_;
  const KeepAwake awake_;
  const Duration cpu_before_ = process_cpu_time();
  Ending ending_;
  SlotSchedule schedule_;
  FrameMailbox mailbox_;
  SlotQueue queue_;
  Segments segments_;
  std::optional<TimestampsWriter> timestamps_;
  DiskWatch disk_;
  CaptureLoop::Opened opened_;
  EncoderReport first_encoder_;
  std::vector<Warning> warnings_;
  TimePoint next_progress_{};
  std::optional<TimePoint> give_up_at_;  ///< what still waits to be written
  std::int64_t bytes_before_ = -1;
  bool hurrying_ = false;
  bool overload_told_ = false;
};

bool Session::end_requested() {
  if (!hooks_.end_request) return false;
  const auto reason = hooks_.end_request();
  if (reason) ending_.request(*reason);
  return reason.has_value();
}

/// False where the end was requested meanwhile.
bool Session::count_down() {
  PreciseTimer timer;
  const TimePoint until = now() + options_.delay;
  int told = 0;
  for (TimePoint at = now(); at < until; at = now()) {
    const auto left = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(until - at).count());
    if (left != told && hooks_.countdown) hooks_.countdown(left);
    told = left;
    if (end_requested()) return false;
    timer.sleep_until(std::min(until, at + hooks_asked_every));
  }
  return true;
}

/// False where the end was requested before there was a picture; throws what capture threw.
bool Session::wait_opened(CaptureLoop& capture, Worker& captured) {
  for (;;) {
    if (const auto opened = capture.wait_opened(now() + 10ms)) {
      opened_ = *opened;
      return true;
    }
    if (captured.wait_for(0s)) {
      captured.get();
      return false;
    }
    end_requested();
  }
}

/// Throws NoReader, after which it may be called again.
void Session::open_files() {
  const OutputRequest& request = options_.plan.request;
  if (options_.timestamps_path && !timestamps_)
    timestamps_.emplace(*options_.timestamps_path, options_.force);
  try {
    // Before any encoder is opened for it; kept until then, so that its reader sees no end.
    File fifo;
    if (!options_.plan.to_stdout && is_fifo(request.path))
      fifo = File::create(request.path, request.force);
    segments_.open(opened_.region.size());
  } catch (const NoReader&) {
    throw;
  } catch (...) {
    if (timestamps_) discard_files();
    throw;
  }
  first_encoder_ = segments_.encoder();
  for (Warning& warning : segments_.take_warnings()) warn(std::move(warning));
}

/// Waits for the readers of FIFOs. False where the end was requested meanwhile.
bool Session::wait_open_files() {
  PreciseTimer timer;
  for (;;) {
    try {
      open_files();
      return true;
    } catch (const NoReader&) {
      if (end_requested()) break;
    }
    timer.sleep_until(now() + hooks_asked_every);
  }
  discard_files();
  return false;
}

/// Nothing was recorded, so nothing is left.
void Session::discard_files() {
  timestamps_.reset();
  for (const OutputFile& file : segments_.files())
    if (is_regular_file(file.path)) remove_file(file.path);
  if (options_.timestamps_path && is_regular_file(*options_.timestamps_path))
    remove_file(*options_.timestamps_path);
}

/// Ended before slot 0 was reached.
RecordStatistics Session::nothing() const {
  RecordStatistics s;
  s.ended_by = ending_.reason().value_or(EndedBy::error);
  return s;
}

RecordStatistics Session::run() {
  if (!count_down()) return nothing();
  CaptureLoop capture(options_, schedule_, mailbox_, ending_);
  SlotLoop slots(options_, schedule_, mailbox_, queue_, ending_);
  std::optional<EncodeLoop> encode;
  {
    Worker captured([&] { capture.run(ending_.token()); });
    const EndAtExit end(ending_);
    if (!wait_opened(capture, captured)) return nothing();
    if (!wait_open_files()) return nothing();
    capture.begin();
    encode.emplace(options_, schedule_, queue_, ending_, segments_,
                   timestamps_ ? &*timestamps_ : nullptr);
    encode_all(*encode, slots);
  }
  for (Warning& warning : segments_.take_warnings()) warn(std::move(warning));

  const bool empty = encode->totals().slots == 0;
  if (empty) discard_files();
  if (!schedule_.started()) {
    if (const auto error = ending_.error()) throw Error(*error);
    return nothing();
  }

  RecordStatistics statistics =
      session_report({options_, opened_, schedule_, ending_, capture, slots, *encode, segments_});
  statistics.cpu_s = to_s(process_cpu_time() - cpu_before_);
  statistics.peak_rss_bytes = process_peak_rss();
  statistics.warnings = warnings_;
  if (empty) statistics.files.clear();
  return statistics;
}

void Session::encode_all(EncodeLoop& encode, SlotLoop& slots) {
  Worker produced([&] { slots.run(ending_.token()); });
  Worker encoded([&] { encode.run(); });
  const EndAtExit end(ending_);
  while (!encoded.wait_for(hooks_asked_every)) attend(encode);
}

void Session::warn(Warning warning) {
  if (hooks_.warning) hooks_.warning(warning);
  warnings_.push_back(std::move(warning));
}

void Session::attend(const EncodeLoop& encode) {
  const TimePoint at = now();
  const Progress progress = encode.progress();
  if (!ending_.reason())
    end_requested();
  else
    hasten(at);
  if (at >= next_progress_ && hooks_.progress && progress.slots > 0) {
    hooks_.progress(progress);
    next_progress_ = at + 100ms;
  }
  if (auto low = disk_.look(at, progress.bytes, from_s(progress.time_s))) warn(*std::move(low));
  if (!overload_told_ && encode.overloaded()) {
    overload_told_ = true;
    warn(encoder_slow_warning(first_encoder_));
  }
}

/// The end was requested, but a reader may be slow, or have stopped reading for good.
void Session::hasten(TimePoint at) {
  if (!hurrying_ && hooks_.hurry && hooks_.hurry()) {
    hurrying_ = true;
    give_up_at_ = at + hurry_patience;
    queue_.abandon(*give_up_at_);
  }
  const auto reason = ending_.reason();
  const bool asked = reason == EndedBy::signal || reason == EndedBy::key;
  const std::int64_t bytes = segments_.bytes_written();
  if (!hurrying_ && asked && bytes != bytes_before_) {
    bytes_before_ = bytes;
    give_up_at_ = at + reader_patience;
  }
  if (give_up_at_ && at >= *give_up_at_) {
    give_up_at_.reset();
    segments_.interrupt();
    if (hurrying_) segments_.hasten();
  }
}

}  // namespace

RecordStatistics record(const RecordOptions& options, const SessionHooks& hooks,
                        const SinkFactory& open) {
  return Session(options, hooks, open).run();
}

}  // namespace rustcam
