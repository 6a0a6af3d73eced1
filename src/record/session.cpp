#include "record/session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/slot_capture.h"
#include "media/faststart.h"
#include "platform/abandoned.h"
#include "platform/file.h"
#include "platform/process_stats.h"
#include "platform/thread_priority.h"
#include "platform/worker.h"
#include "record/encode_loop.h"
#include "record/session_report.h"
#include "record/slot_producer.h"
#include "record/warnings.h"

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// A hiccup of the disk or the encoder of this many slots costs nothing.
constexpr std::size_t queued_slots = 8;
/// Enough for the queue to the encoder, what the encoder and the record thread hold, and the one
/// being composed; if they run out, slots repeat and nothing is lost.
constexpr std::size_t pool_frames = 12;
constexpr Duration answer_patience = 5s;
constexpr Duration hooks_asked_every = 50ms;
constexpr Duration hurry_patience = 1500ms;
/// A reader who takes nothing for so long after the end was requested will not do so any more.
constexpr Duration reader_patience = 5s;
/// With `--on-full wait`: so far behind, a recording is told to be too fast. At its end, a tenth of
/// its length is enough.
constexpr Duration held_back_long = 2s;
constexpr Duration held_back_short = 500ms;

/// With --vfr nothing is written for a repeated slot, so a few may wait for one another, though not
/// so long that progress and time stamps lag behind.
std::size_t repeats_together(const OutputPlan& plan) {
  constexpr double longest_s = 0.08;
  constexpr std::size_t most = queued_slots / 2;
  if (!plan.request.vfr) return 1;
  return std::clamp(static_cast<std::size_t>(plan.fps.value() * longest_s), std::size_t{1}, most);
}

SlotCaptureOptions capture_options(const RecordOptions& options, std::stop_token stop) {
  SlotCaptureOptions o;
  o.source.session = options.selection.session;
  o.source.region = options.selection.region;
  o.source.cursor = options.cursor;
  o.source.opaque = options.plan.keeps_alpha();
  // Slots repeat meanwhile, so a system may take its time, as for a change of mode.
  o.source.patience.limit = std::max(options.selection.patience.limit, answer_patience);
  o.source.patience.stop = std::move(stop);
  o.source.recovery.reopen = options.reopen_on_loss;
  o.source.recovery.give_up_after = options.give_up_after;
  o.source.pool_frames = pool_frames;
  o.source.reserve = true;
  o.timeout = options.timeout;
  o.stop_on_resize = options.on_resize == OnResize::stop;
  return o;
}

/// How long the capture thread may take to end. Then it hangs in a call of the system.
constexpr Duration hang_patience = 5s;
/// A call that is so late is a loss. Back ends that can tell (X11) do so themselves, sooner.
constexpr Duration hang_is_loss = 10s;
/// Beyond --timeout, before the first picture: graphics drivers take their time to begin.
constexpr Duration open_patience = 15s;

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
  Session(const RecordOptions& options, const SessionHooks& hooks, const SinkFactory& open,
          Clock& clock)
      : options_(options),
        hooks_(hooks),
        clock_(clock),
        schedule_(options.plan.fps, clock),
        queue_(queued_slots, repeats_together(options.plan), clock),
        segments_(options.plan, options.on_resize == OnResize::split, options.max_bytes, open),
        disk_(options.plan.request.path) {}

  RecordStatistics run();
  /// After run(): the capture thread hangs in the system, and may use this object for ever.
  bool hangs() const noexcept { return hangs_; }

 private:
  RecordStatistics nothing() const;
  bool count_down();
  bool end_requested();
  void capture_screen();
  bool wait_opened();
  void end_capture();
  void open_files();
  bool wait_open_files();
  void discard_files();
  void encode_all(EncodeLoop& encode, SlotProducer& slots);
  void attend(const EncodeLoop& encode);
  void watch_source(TimePoint at);
  void watch_hang(Duration overdue);
  void watch_ending(TimePoint at);
  void put_indexes_first();
  void tell_held_back(const EncodeLoop& encode, Duration allowed);
  void tell_size_exceeded();
  void warn(Warning warning);

  class CaptureEnd;

  const RecordOptions options_;  ///< its own, for a thread that hangs
  const SessionHooks& hooks_;
  Clock& clock_;
  const KeepAwake awake_;
  const Duration cpu_before_ = process_cpu_time();
  Ending ending_;
  SlotSchedule schedule_;
  FrameMailbox mailbox_;
  SlotQueue queue_;
  Segments segments_;
  std::optional<TimestampsWriter> timestamps_;
  DiskWatch disk_;
  SlotCapture::Opened opened_;
  EncoderReport first_encoder_;
  std::vector<Warning> warnings_;
  TimePoint next_progress_{};
  std::optional<TimePoint> abandon_at_;  ///< what still waits to be written
  std::int64_t bytes_before_ = -1;
  bool asked_ = false;  ///< a person or program asked for the end, before or after it came
  bool hurrying_ = false;
  bool overload_told_ = false;
  bool held_back_told_ = false;
  bool sync_failure_told_ = false;
  std::optional<TimePoint> away_since_;
  bool away_told_ = false;
  bool hangs_ = false;
  std::optional<SlotCapture> capture_;
  std::optional<Worker> captured_;
};

/// Ends the capture thread on every way out.
class Session::CaptureEnd {
 public:
  explicit CaptureEnd(Session& session) noexcept : session_(session) {}
  ~CaptureEnd() { session_.end_capture(); }
  CaptureEnd(const CaptureEnd&) = delete;
  CaptureEnd& operator=(const CaptureEnd&) = delete;

 private:
  Session& session_;
};

void Session::end_capture() {
  ending_.request(EndedBy::error);
  hangs_ = !captured_->wait(clock_.now() + hang_patience);
  if (!hangs_) captured_.reset();
}

bool Session::end_requested() {
  if (!hooks_.end_request) return false;
  const auto reason = hooks_.end_request();
  if (reason) ending_.request(*reason);
  return reason.has_value();
}

/// False if the end was requested meanwhile.
bool Session::count_down() {
  const TimePoint until = clock_.now() + options_.delay;
  int told = 0;
  for (TimePoint at = clock_.now(); at < until; at = clock_.now()) {
    const auto left = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(until - at).count());
    if (left != told && hooks_.countdown) hooks_.countdown(left);
    told = left;
    if (end_requested()) return false;
    clock_.sleep_until(std::min(until, at + hooks_asked_every));
  }
  return true;
}

/// The capture thread. Throws what went wrong before the first picture.
void Session::capture_screen() {
  SlotCapture& capture = *capture_;
  try {
    capture.open();
    switch (capture.run(ending_.token())) {
      case SlotCapture::End::stopped:
        break;
      case SlotCapture::End::resized:
        ending_.request(EndedBy::source);
        break;
      case SlotCapture::End::lost:
        if (options_.reopen_on_loss)
          ending_.request(EndedBy::source_lost, capture.lost_error());
        else
          ending_.request(EndedBy::source);
        break;
    }
  } catch (const std::exception& error) {
    if (!capture.wait_opened(clock_.now())) throw;
    ending_.request(EndedBy::error, error.what());
  }
}

/// False if the end was requested before there was a picture; throws what capture threw.
bool Session::wait_opened() {
  for (;;) {
    if (const auto opened = capture_->wait_opened(clock_.now() + 10ms)) {
      opened_ = *opened;
      return true;
    }
    if (captured_->wait(clock_.now())) {
      // Whoever asked for the end does not mind what capture threw because of it.
      if (!ending_.reason()) captured_->get();
      return false;
    }
    if (end_requested()) return false;
    if (capture_->overdue() > open_patience + options_.timeout)
      throw DeviceError("the system does not answer: a call for the picture of " +
                        options_.selection.target.name +
                        " has not returned; look whether a window or the graphics driver hangs");
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

/// Waits for the readers of FIFOs. False if the end was requested meanwhile.
bool Session::wait_open_files() {
  for (;;) {
    try {
      open_files();
      return true;
    } catch (const NoReader&) {
      if (end_requested()) break;
    }
    clock_.sleep_until(clock_.now() + hooks_asked_every);
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
  capture_.emplace(capture_options(options_, ending_.token()), schedule_, mailbox_, clock_);
  SlotProducer slots(options_, schedule_, mailbox_, queue_, ending_, clock_);
  std::optional<EncodeLoop> encode;
  {
    captured_.emplace(clock_, [this] { capture_screen(); });
    const CaptureEnd end(*this);
    if (!wait_opened()) return nothing();
    if (!wait_open_files()) return nothing();
    capture_->begin();
    encode.emplace(options_, schedule_, queue_, ending_, segments_,
                   timestamps_ ? &*timestamps_ : nullptr, clock_);
    try {
      encode_all(*encode, slots);
    } catch (...) {
      if (encode->totals().slots == 0) discard_files();
      throw;
    }
  }
  for (Warning& warning : segments_.take_warnings()) warn(std::move(warning));
  const Duration tenth = from_s(encode->progress().time_s) / 10;
  tell_held_back(*encode, std::clamp(tenth, held_back_short, held_back_long));
  if (options_.plan.request.faststart) put_indexes_first();

  tell_size_exceeded();

  const bool empty = encode->totals().slots == 0;
  if (empty) discard_files();
  if (!schedule_.started()) {
    if (const auto error = ending_.error()) throw Error(*error);
    return nothing();
  }

  SlotCapture::Report unknown;
  unknown.coalesced.reset();
  if (hangs_) warn(source_hangs_warning(options_.selection.target.name));
  RecordStatistics statistics =
      session_report({options_, opened_, schedule_, ending_, hangs_ ? unknown : capture_->report(),
                      slots, *encode, segments_});
  statistics.cpu_s = to_s(process_cpu_time() - cpu_before_);
  statistics.peak_rss_bytes = process_peak_rss();
  statistics.warnings = warnings_;
  if (empty) statistics.files.clear();
  return statistics;
}

void Session::encode_all(EncodeLoop& encode, SlotProducer& slots) {
  Worker produced(clock_, [&] { slots.run(ending_.token()); });
  const EndAtExit end_produced(ending_);  // if there may be no other thread
  Worker encoded(clock_, [&] { encode.run(); });
  const EndAtExit end(ending_);
  while (!encoded.wait(clock_.now() + hooks_asked_every)) {
    watch_source(clock_.now());
    attend(encode);
  }
}

/// When all is recorded: a second pass over a large file takes its time.
void Session::put_indexes_first() {
  const bool asked = ending_.reason() == EndedBy::signal || ending_.reason() == EndedBy::key;
  const auto given_up = [&] {
    if (hooks_.hurry && hooks_.hurry()) return true;
    return !asked && hooks_.end_request && hooks_.end_request().has_value();
  };
  for (const OutputFile& file : segments_.files()) {
    if (file.slots == 0 || !is_regular_file(file.path)) continue;
    if (const auto reason = put_index_first(file.path, given_up))
      warn({"faststart_skipped", "the index of " + file.path + " stays at its end: " + *reason,
            "the file is whole; ffmpeg -i IN -c copy -movflags +faststart OUT does the same"});
  }
}

void Session::warn(Warning warning) {
  if (hooks_.warning) hooks_.warning(warning);
  warnings_.push_back(std::move(warning));
}

void Session::attend(const EncodeLoop& encode) {
  const TimePoint at = clock_.now();
  const Progress progress = encode.progress();
  if (!ending_.reason())
    end_requested();
  else
    watch_ending(at);
  if (at >= next_progress_ && hooks_.progress && progress.slots > 0) {
    hooks_.progress(progress);
    next_progress_ = at + 100ms;
  }
  if (auto low = disk_.look(at, progress.bytes, from_s(progress.time_s))) warn(*std::move(low));
  if (!overload_told_ && encode.overloaded()) {
    overload_told_ = true;
    warn(encoder_slow_warning(first_encoder_));
  }
  tell_held_back(encode, held_back_long);
  if (!sync_failure_told_)
    if (const auto why = segments_.sync_failure()) {
      sync_failure_told_ = true;
      warn(sync_failed_warning(*why));
    }
}

/// A screen that comes back at once, as after a change of mode, is not spoken of.
void Session::watch_source(TimePoint at) {
  constexpr Duration long_enough = 1s;
  const Duration overdue = capture_->overdue();
  watch_hang(overdue);
  std::string loss = capture_->loss();
  if (loss.empty() && overdue > long_enough) loss = "the system does not answer";
  if (loss.empty()) {
    away_since_.reset();
    if (std::exchange(away_told_, false) && hooks_.source_away) hooks_.source_away({});
    return;
  }
  if (!away_since_) away_since_ = at;
  if (away_told_ || at - *away_since_ < long_enough || ending_.reason()) return;
  away_told_ = true;
  if (hooks_.source_away) hooks_.source_away(loss);
}

/// What a call that does not return keeps the capture thread from deciding.
void Session::watch_hang(Duration overdue) {
  if (overdue <= hang_is_loss || ending_.reason()) return;
  if (!options_.reopen_on_loss)
    ending_.request(EndedBy::source);
  else if (options_.give_up_after && overdue > hang_is_loss + *options_.give_up_after)
    ending_.request(EndedBy::source_lost,
                    "the system has not answered for " +
                        std::to_string(std::chrono::floor<std::chrono::seconds>(overdue).count()) +
                        " s");
}

/// Slots that wait for a slow reader are few and far between, and yet 1/fps apart in what it gets.
void Session::tell_held_back(const EncodeLoop& encode, Duration allowed) {
  if (held_back_told_ || options_.on_full != OnFull::wait || encode.behind() <= allowed) return;
  const Progress progress = encode.progress();
  if (progress.fps <= 0) return;
  held_back_told_ = true;
  warn(held_back_warning(options_.plan.fps.value(), progress.fps));
}

/// Nothing is smaller than a file with one picture.
void Session::tell_size_exceeded() {
  const std::int64_t bytes = segments_.bytes_written();
  if (options_.max_bytes && bytes > *options_.max_bytes)
    warn(max_size_exceeded_warning(bytes, *options_.max_bytes));
}

/// The end has come, but a reader may be slow, or have stopped reading for good. The wait for it
/// ends if the recording was, or now is, asked to end.
void Session::watch_ending(TimePoint at) {
  if (!hurrying_ && hooks_.hurry && hooks_.hurry()) {
    hurrying_ = true;
    abandon_at_ = at + hurry_patience;
    queue_.abandon(*abandon_at_);
  }
  const auto reason = ending_.reason();
  asked_ = asked_ || reason == EndedBy::signal || reason == EndedBy::key || end_requested();
  const std::int64_t bytes =
      segments_.bytes_written() + (timestamps_ ? timestamps_->bytes_written() : 0);
  if (!hurrying_ && asked_ && bytes != bytes_before_) {
    bytes_before_ = bytes;
    abandon_at_ = at + reader_patience;
  }
  if (!abandon_at_ || at < *abandon_at_) return;
  // One reader's fault is not to cost another one anything, unless there is no time.
  abandon_at_ = at + reader_patience;
  const bool held_by_timestamps = timestamps_ && timestamps_->waiting();
  if (timestamps_ && (held_by_timestamps || hurrying_)) timestamps_->interrupt();
  if (!held_by_timestamps || hurrying_) segments_.interrupt();
  if (hurrying_) segments_.hurry();
}

/// Keeps a session whose capture thread hangs, on every way out.
class Abandonment {
 public:
  explicit Abandonment(std::shared_ptr<Session> session) noexcept : session_(std::move(session)) {}
  ~Abandonment() {
    if (session_->hangs()) abandon(std::move(session_));
  }
  Abandonment(const Abandonment&) = delete;
  Abandonment& operator=(const Abandonment&) = delete;

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace

RecordStatistics record(const RecordOptions& options, const SessionHooks& hooks,
                        const SinkFactory& open, Clock& clock) {
  auto session = std::make_shared<Session>(options, hooks, open, clock);
  const Abandonment left(session);
  return session->run();
}

}  // namespace rustcam
