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
  guarded([this] { segments_.finish(totals_.slots); });
  count_unencoded(segments_.unencoded());
  if (timestamps_) guarded([this] { timestamps_->close(); });
  publish();
}

void EncodeLoop::drain() {
  while (const auto entry = queue_.pop()) {
    consume(*entry);
    watch_size();
    publish();
  }
}

void EncodeLoop::consume(const QueuedSlot& entry) {
  const bool left_out = options_.plan.request.vfr && entry.kind == SlotKind::repeated;
  if (entry.kind == SlotKind::fresh) totals_.latency.add(clock_.now() - entry.frame.presented);
  last_frame_ = entry.frame;
  if (!left_out || is_due(entry.slot))
    write(entry.frame, entry.frame.damage, entry.slot, entry.sampled, entry.kind);
  else
    segments_.idle();
  count(entry.frame, entry.slot, entry.kind);
  merged(entry);
}

void EncodeLoop::merged(const QueuedSlot& entry) {
  std::int64_t left_out = entry.merged;
  for (std::int64_t n = entry.slot + 1; n <= entry.slot + entry.merged; ++n) {
    if (is_due(n)) {
      write(entry.frame, {}, n,
            entry.sampled +
                (slot_offset(options_.plan.fps, n) - slot_offset(options_.plan.fps, entry.slot)),
            SlotKind::repeated);
      --left_out;
    }
    count(entry.frame, n, SlotKind::repeated);
  }
  if (left_out > 0) totals_.unencoded += options_.plan.request.vfr ? entry.displaced : left_out;
}

/// True if the file could not tell a slot after this one, unless this one is a sample.
bool EncodeLoop::is_due(std::int64_t slot) const {
  return slot - last_written_ >= segments_.longest_gap();
}

void EncodeLoop::write(const Frame& frame, const Region& damage, std::int64_t slot,
                       TimePoint sampled, SlotKind kind) {
  totals_.last_lag = clock_.now() - sampled;
  segments_.write(frame, damage, slot);
  if (totals_.last_lag > period_) ++totals_.late;
  totals_.encode.add(segments_.last_encode_time());
  remember(kind);
  last_written_ = slot;
}

void EncodeLoop::remember(SlotKind kind) {
  ++totals_.samples;
  if (recent_.size() == most_unencoded) recent_.pop_front();
  recent_.push_back(kind);
}

/// The last samples were given up after all: their slots repeat the one before.
void EncodeLoop::count_unencoded(std::int64_t samples) {
  totals_.samples -= samples;
  totals_.unencoded += samples;
  for (; samples > 0 && !recent_.empty(); --samples, recent_.pop_back()) {
    if (recent_.back() == SlotKind::fresh) {
      --totals_.fresh;
      ++totals_.repeated;
    }
    if (recent_.back() == SlotKind::pointer) --totals_.pointer_only;
  }
}

/// A file is as long as its slots only if the last of them is a sample.
void EncodeLoop::write_last() {
  const std::int64_t last = totals_.slots - 1;
  if (last < 0 || last_written_ == last) return;
  segments_.write(last_frame_, {}, last);
  remember(SlotKind::repeated);
  last_written_ = last;
  if (!options_.plan.request.vfr) --totals_.unencoded;
}

void EncodeLoop::count(const Frame& frame, std::int64_t slot, SlotKind kind) {
  ++totals_.slots;
  if (kind == SlotKind::fresh)
    ++totals_.fresh;
  else
    ++totals_.repeated;
  if (kind == SlotKind::pointer) ++totals_.pointer_only;
  if (frame.protected_content_masked) ++totals_.protected_slots;
  if (timestamps_)
    timestamps_->write(slot, slot_offset(options_.plan.fps, slot), frame.presented, kind,
                       schedule_.t0());
}

/// Files grow by leaps (a fragment, a cluster), so the greatest so far is kept free at the end.
void EncodeLoop::watch_size() {
  if (!options_.max_bytes) return;
  const std::int64_t bytes = segments_.bytes_written();
  largest_step_ = std::max(largest_step_, bytes - bytes_before_);
  bytes_before_ = bytes;
  if (bytes + largest_step_ <= *options_.max_bytes) return;
  ending_.request(EndedBy::size);
  queue_.abandon();
}

void EncodeLoop::publish() {
  const std::int64_t bytes = segments_.bytes_written();
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
