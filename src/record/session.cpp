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
#include "media/texture_input.h"
#include "platform/abandoned.h"
#include "platform/file.h"
#include "platform/process_stats.h"
#include "platform/thread_priority.h"
#include "platform/worker.h"
#include "record/encode_loop.h"
#include "record/end_watch.h"
#include "record/session_report.h"
#include "record/slot_producer.h"
#include "record/sound_tracks.h"
#include "record/source_watch.h"
#include "record/warning_watch.h"

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
  o.source.textures = takes_textures(options.plan);
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
        warnings_(options_, segments_, hooks.warning),
        source_watch_(options_, hooks.source_away, ending_),
        end_watch_(ending_, queue_, segments_, hooks.hurry, [this] { return end_requested(); }) {}

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
  void put_indexes_first();
  class CaptureEnd;

  const RecordOptions options_;  ///< its own, for a thread that hangs
  const SessionHooks& hooks_;
  Clock& clock_;
  const KeepAwake awake_;
  const Duration cpu_before_ = process_cpu_time();
  Ending ending_;
  SlotSchedule schedule_;
  FrameMailbox mailbox_;
  std::optional<SoundTracks> sounds_;  ///< outlives the files that read from it
  SlotQueue queue_;
  Segments segments_;
  std::optional<TimestampsWriter> timestamps_;
  SlotCapture::Opened opened_;
  WarningWatch warnings_;
  SourceWatch source_watch_;
  EndWatch end_watch_;
  TimePoint next_progress_{};
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
  warnings_.set_encoder(segments_.encoder());
  for (Warning& warning : segments_.take_warnings()) warnings_.add(std::move(warning));
}

/// Waits for the readers of FIFOs. False if the end was requested meanwhile.
bool Session::wait_open_files() {
  segments_.set_textures(opened_.textures, opened_.texture_refusal,
                         [this] { capture_->refuse_textures(); });
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
  try {
    sounds_.emplace(
        options_, [this] { return end_requested(); }, clock_);
  } catch (const Interrupted&) {
    return nothing();
  }
  segments_.set_sound(sounds_->feeds());
  capture_.emplace(capture_options(options_, ending_.token()), schedule_, mailbox_, clock_);
  SlotProducer slots(options_, schedule_, mailbox_, queue_, ending_, clock_);
  std::optional<EncodeLoop> encode;
  {
    captured_.emplace(clock_, [this] { capture_screen(); });
    const CaptureEnd end(*this);
    if (!wait_opened()) return nothing();
    if (!wait_open_files()) return nothing();
    if (!sounds_->wait_until_running()) {
      discard_files();
      return nothing();
    }
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
  sounds_->end();
  for (Warning& warning : segments_.take_warnings()) warnings_.add(std::move(warning));
  for (Warning& warning : sounds_->warnings()) warnings_.add(std::move(warning));
  warnings_.look_at_end(*encode);
  if (options_.plan.request.faststart) put_indexes_first();
  warnings_.look_at_size();

  const bool empty = encode->totals().slots == 0;
  if (empty) discard_files();
  if (!schedule_.started()) {
    if (const auto error = ending_.error()) throw Error(*error);
    return nothing();
  }

  SlotCapture::Report unknown;
  unknown.coalesced.reset();
  if (hangs_) warnings_.add(source_hangs_warning(options_.selection.target.name));
  RecordStatistics statistics =
      session_report({options_, opened_, schedule_, ending_, hangs_ ? unknown : capture_->report(),
                      slots, *encode, segments_, *sounds_});
  statistics.cpu_s = to_s(process_cpu_time() - cpu_before_);
  statistics.peak_rss_bytes = process_peak_rss();
  statistics.warnings = warnings_.all();
  if (empty) statistics.files.clear();
  return statistics;
}

void Session::encode_all(EncodeLoop& encode, SlotProducer& slots) {
  Worker produced(clock_, [&] { slots.run(ending_.token()); });
  const EndAtExit end_produced(ending_);  // if there may be no other thread
  Worker encoded(clock_, [&] { encode.run(); });
  const EndAtExit end(ending_);
  while (!encoded.wait(clock_.now() + hooks_asked_every)) {
    source_watch_.look(*capture_, clock_.now());
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
      warnings_.add(
          {"faststart_skipped", "the index of " + file.path + " stays at its end: " + *reason,
           "the file is whole; ffmpeg -i IN -c copy -movflags +faststart OUT does the same"});
  }
}

void Session::attend(const EncodeLoop& encode) {
  const TimePoint at = clock_.now();
  if (schedule_.started()) sounds_->begin(schedule_.t0());
  Progress progress = encode.progress();
  progress.sound_peaks = sounds_->peaks();
  if (!ending_.reason())
    end_requested();
  else
    end_watch_.look(at, timestamps_ ? &*timestamps_ : nullptr);
  if (at >= next_progress_ && hooks_.progress && progress.slots > 0) {
    hooks_.progress(progress);
    next_progress_ = at + 100ms;
  }
  warnings_.look(encode, at);
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
