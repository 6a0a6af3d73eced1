#include "record/encode_loop.h"

#include <algorithm>
#include <exception>

#include "base/error.h"
#include "platform/thread_priority.h"

namespace rustcam {

EncodeLoop::EncodeLoop(const RecordOptions& options, const SlotSchedule& schedule, SlotQueue& queue,
                       Ending& ending, Segments& segments, TimestampsWriter* timestamps,
                       Clock& clock)
    : options_(options),
      schedule_(schedule),
      queue_(queue),
      ending_(ending),
      segments_(segments),
      timestamps_(timestamps),
      clock_(clock),
      period_(slot_offset(options.plan.fps, 1)) {}

/// False if `work` failed; says so to the others, and remembers what has to be told.
template <typename Work>
bool EncodeLoop::guarded(Work&& work) {
  const auto fail = [this](EndedBy kind, const char* text) {
    if (!failure_) failure_ = Failure{kind, text};
    ending_.request(kind, text);
  };
  try {
    work();
    return true;
  } catch (const PipeClosed&) {
    ending_.request(EndedBy::pipe_closed);
  } catch (const SizeReached&) {
    size_reached_ = true;
    ending_.request(EndedBy::size);
  } catch (const DiskFull& error) {
    fail(EndedBy::disk_full, error.what());
  } catch (const std::exception& error) {
    fail(EndedBy::error, error.what());
  }
  return false;
}

void EncodeLoop::run() {
  set_thread_role(ThreadRole::encode, "encode");
  if (guarded([this] { drain(); })) guarded([this] { write_last(); });
  queue_.abandon();
  last_frame_ = {};
  guarded([this] { segments_.finish(done_); });
  settle();
  if (timestamps_) guarded([this] { timestamps_->close(totals_.slots); });
  publish();
}

/// A recording is what its files hold.
void EncodeLoop::settle() {
  ledger_.settle(segments_.kept());
  static_cast<SlotCounts&>(totals_) = ledger_.counts();
}

void EncodeLoop::drain() {
  while (const auto entry = queue_.pop()) {
    consume(*entry);
    publish();
  }
}

void EncodeLoop::consume(const QueuedSlot& entry) {
  const bool left_out = options_.plan.request.vfr && entry.kind == SlotKind::repeated;
  if (entry.kind == SlotKind::fresh) totals_.latency.add(clock_.now() - entry.frame.presented);
  last_frame_ = entry.frame;
  count(entry.frame, entry.slot, entry.kind);
  if (!left_out || is_due(entry.slot))
    write(entry.frame, entry.frame.damage, entry.slot, entry.sampled);
  else
    segments_.idle(entry.slot);
  ++done_;
  merged(entry);
}

void EncodeLoop::merged(const QueuedSlot& entry) {
  const std::int64_t left_out = options_.plan.request.vfr ? entry.displaced : entry.merged;
  for (std::int64_t n = entry.slot + 1; n <= entry.slot + entry.merged; ++n) {
    count(entry.frame, n, SlotKind::repeated);
    if (is_due(n))
      write(entry.frame, {}, n,
            entry.sampled +
                (slot_offset(options_.plan.fps, n) - slot_offset(options_.plan.fps, entry.slot)));
    else if (n - entry.slot <= left_out)
      ledger_.left_out();
    ++done_;
  }
}

/// True if the file could not tell a slot after this one, unless this one is a sample.
bool EncodeLoop::is_due(std::int64_t slot) const {
  return slot - last_written_ >= segments_.longest_gap();
}

void EncodeLoop::write(const Frame& frame, const Region& damage, std::int64_t slot,
                       TimePoint sampled) {
  totals_.last_lag = clock_.now() - sampled;
  ledger_.sampled(totals_.last_lag > period_);
  segments_.write(frame, damage, slot);
  totals_.encode.add(segments_.last_encode_time());
  last_written_ = slot;
}

/// A file is as long as its slots only if the last of them is a sample.
void EncodeLoop::write_last() {
  const std::int64_t last = done_ - 1;
  if (last < 0 || last_written_ == last) return;
  ledger_.sampled(false);
  segments_.write(last_frame_, {}, last);
  last_written_ = last;
}

void EncodeLoop::count(const Frame& frame, std::int64_t slot, SlotKind kind) {
  ledger_.add(kind, frame.protected_content_masked);
  if (timestamps_)
    timestamps_->write(slot, slot_offset(options_.plan.fps, slot), frame.presented, kind,
                       schedule_.t0());
}

void EncodeLoop::publish() {
  const std::int64_t bytes = segments_.bytes_written();
  static_cast<SlotCounts&>(totals_) = ledger_.counts();
  const Duration length = slot_offset(options_.plan.fps, totals_.slots);
  const std::lock_guard lock(mutex_);
  progress_ = {to_s(length),
               totals_.slots,
               totals_.fresh,
               totals_.repeated,
               totals_.late,
               bytes,
               totals_.achieved_fps(length, period_)};
  unencoded_ = totals_.unencoded;
  behind_ = totals_.last_lag - period_;
}

double SlotTotals::achieved_fps(Duration length, Duration period) const noexcept {
  const Duration taken = length + std::max(last_lag - period, Duration::zero());
  return taken > Duration::zero() ? static_cast<double>(samples) / to_s(taken) : 0;
}

Duration EncodeLoop::behind() const {
  const std::lock_guard lock(mutex_);
  return behind_;
}

Progress EncodeLoop::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

bool EncodeLoop::overloaded() const {
  constexpr std::int64_t few = 5;
  const std::lock_guard lock(mutex_);
  return unencoded_ > few && unencoded_ * 100 > progress_.slots;
}

}  // namespace rustcam
