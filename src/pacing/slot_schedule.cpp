#include "pacing/slot_schedule.h"

#include <algorithm>

namespace rustcam {

void SlotSchedule::presented(TimePoint at, ScreenPhase::Watch watch) {
  const std::lock_guard lock(mutex_);
  clock_.presented(at, watch);
}

void SlotSchedule::set_read_lead(Duration lead) {
  const std::lock_guard lock(mutex_);
  clock_.set_read_lead(lead);
}

TimePoint SlotSchedule::start(TimePoint earliest) {
  TimePoint t0;
  {
    const std::lock_guard lock(mutex_);
    t0 = clock_.start(earliest);
    started_ = true;
  }
  changed_.notify_all();
  return t0;
}

TimePoint SlotSchedule::sampling_point(std::int64_t n) {
  const std::lock_guard lock(mutex_);
  return clock_.sampling_point(n);
}

std::optional<Duration> SlotSchedule::screen_period() {
  const std::lock_guard lock(mutex_);
  return clock_.screen_period();
}

Duration SlotSchedule::phase() const {
  const std::lock_guard lock(mutex_);
  return clock_.phase();
}

TimePoint SlotSchedule::slot(std::int64_t n) const {
  const std::lock_guard lock(mutex_);
  return clock_.slot(n);
}

std::int64_t SlotSchedule::slot_at(TimePoint at) const {
  const std::lock_guard lock(mutex_);
  return clock_.slot_at(at);
}

void SlotSchedule::looked_after(std::int64_t n) {
  {
    const std::lock_guard lock(mutex_);
    looked_after_ = std::max(looked_after_, n);
  }
  changed_.notify_all();
}

std::int64_t SlotSchedule::last_looked_after() const {
  const std::lock_guard lock(mutex_);
  return looked_after_;
}

void SlotSchedule::wait_looked_after(std::int64_t n, TimePoint deadline,
                                     const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  time_.wait(lock, changed_, deadline, stop, [&] { return looked_after_ >= n; });
}

bool SlotSchedule::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

bool SlotSchedule::wait_started(const std::stop_token& stop, std::optional<TimePoint> deadline) {
  std::unique_lock lock(mutex_);
  return time_.wait(lock, changed_, deadline, stop, [&] { return started_; });
}

}  // namespace rustcam
