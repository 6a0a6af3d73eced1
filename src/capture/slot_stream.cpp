#include "capture/slot_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"

namespace rustcam {

namespace {

constexpr Duration without_limit = std::chrono::hours(24 * 365);

SlotCaptureOptions options_of(const SourceRecipe& recipe, std::optional<Duration> timeout,
                              std::stop_token ending) {
  SlotCaptureOptions options;
  options.source = recipe;
  options.source.patience.stop = std::move(ending);
  options.timeout = timeout.value_or(without_limit);
  return options;
}

}  // namespace

/// Lets one caller after the other use the picker.
class SlotStream::Turn {
 public:
  Turn(SlotStream& stream, TimePoint deadline) : stream_(stream) {
    std::unique_lock lock(stream_.mutex_);
    has_it_ = stream_.clock_.wait(lock, stream_.changed_, deadline, stream_.ending_.get_token(),
                                  [this] { return !stream_.picking_; });
    if (has_it_) stream_.picking_ = true;
  }
  ~Turn() {
    if (!has_it_) return;
    {
      const std::lock_guard lock(stream_.mutex_);
      stream_.picking_ = false;
    }
    stream_.changed_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const noexcept { return has_it_; }

 private:
  SlotStream& stream_;
  bool has_it_ = false;
};

SlotStream::SlotStream(const SourceRecipe& recipe, const Rational& rate, Latest latest,
                       std::optional<Duration> timeout, Clock& clock)
    : clock_(clock),
      latest_(latest),
      schedule_(rate, clock),
      on_stop_(recipe.patience.stop, [this] { ending_.request_stop(); }),
      capture_(options_of(recipe, timeout, ending_.get_token()), schedule_, mailbox_, clock),
      picker_(schedule_, mailbox_, clock, SlotPicker::Late::its_own) {
  capture_.begin();
  worker_.emplace(clock, [this] { run(); });
  std::unique_lock lock(mutex_);
  clock_.wait(lock, changed_, {}, {}, [this] { return open_ || finished_; });
  if (!open_) std::rethrow_exception(failure_);
}

SlotStream::~SlotStream() {
  stop();
}

void SlotStream::stop() noexcept {
  stopped_ = true;
  ending_.request_stop();
  worker_->wait(std::nullopt);
}

void SlotStream::run() {
  std::exception_ptr failure;
  try {
    capture_.open();
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
    if (capture_.run(ending_.get_token()) == SlotCapture::End::lost)
      failure = std::make_exception_ptr(
          AccessLost(capture_.lost_error(), capture_.report().recoveries.back().native_code));
  } catch (...) {
    failure = std::current_exception();
  }
  finish(std::move(failure));
}

void SlotStream::finish(std::exception_ptr failure) noexcept {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    failure_ = std::move(failure);
  }
  changed_.notify_all();
  ending_.request_stop();
}

void SlotStream::rethrow() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

std::optional<SlotStream::Slot> SlotStream::slot(std::int64_t n) {
  const std::stop_token ended = ending_.get_token();
  if (schedule_.wait_started(ended) && !ended.stop_requested()) {
    if (auto picked = picker_.pick(n, ended)) {
      picker_.accept();
      return Slot{std::move(picked->frame), schedule_.slot(n)};
    }
  }
  rethrow();
  return std::nullopt;
}

/// What the newest slot holds whose time has come, or the next one's that no call has returned.
std::optional<PickedSlot> SlotStream::newest(TimePoint deadline) {
  const std::stop_token ended = ending_.get_token();
  const std::int64_t n = std::max(next_slot_, schedule_.slot_at(clock_.now()));
  if (schedule_.sampling_point(n) > deadline) {
    clock_.sleep_until(deadline, ended);
    return std::nullopt;
  }
  auto picked = picker_.pick(n, ended);
  if (picked) next_slot_ = n + 1;
  return picked;
}

Frame SlotStream::latest(Duration timeout) {
  const std::stop_token ended = ending_.get_token();
  const TimePoint deadline = clock_.now() + timeout;
  if (const Turn turn(*this, deadline); turn && schedule_.wait_started(ended, deadline))
    while (!ended.stop_requested()) {
      auto picked = newest(deadline);
      if (!picked) break;
      if (latest_ == Latest::new_frame && picked->kind != SlotKind::fresh) continue;
      picker_.accept();
      return std::move(picked->frame);
    }
  if (!stopped_) rethrow();
  return {};
}

TargetInfo SlotStream::target() const {
  return capture_.now_captured().target;
}

Rect SlotStream::region() const {
  return capture_.now_captured().region;
}

}  // namespace rustcam
