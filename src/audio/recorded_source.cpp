#include "audio/recorded_source.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rustcam {
namespace {

constexpr std::int64_t longest_unread = 30 * sound_rate;
/// A source is asked so often whether it has something.
constexpr Duration patience = std::chrono::milliseconds(50);
/// After so much waiting in vain, what is held is placed by what is known.
constexpr Duration settled_after = std::chrono::milliseconds(150);
/// What has not come so long after its usual time is silence.
constexpr Duration silent_after = std::chrono::milliseconds(400);
constexpr Duration first_pause = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(1);
/// A read that has not returned so long after it should have hangs.
constexpr Duration hang_patience = std::chrono::seconds(3);
constexpr double latest_usual_s = 2;
/// What one block counts in the usual lateness.
constexpr double lateness_weight = 0.02;

}  // namespace

RecordedSource::RecordedSource(const SoundTarget& target, const SoundBackend& backend,
                               std::optional<TimePoint> screen_zero, SoundDesk& desk)
    : target_(target),
      backend_(backend),
      screen_zero_(screen_zero),
      desk_(desk),
      line_(longest_unread),
      worker_(desk.clock, [this] { work(); }) {}

bool RecordedSource::wait_until_open(TimePoint deadline) {
  std::unique_lock lock(desk_.mutex);
  desk_.clock.wait(lock, desk_.changed, deadline, {}, [this] { return open_ || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  return open_;
}

SoundTime RecordedSource::place_of(TimePoint made) const {
  return std::llround(to_s(made - *desk_.zero) * sound_rate);
}

void RecordedSource::look_whether_it_hangs() {
  const TimePoint at = desk_.clock.now();
  const std::int64_t turns = turns_;
  // If the whole program was stopped, the thread has not had its chance.
  stuck_for_ = open_ && turns == turns_seen_ ? stuck_for_ + std::min(at - looked_at_, patience)
                                             : Duration::zero();
  turns_seen_ = turns;
  looked_at_ = at;
  hangs_ = stuck_for_ > hang_patience;
}

SoundTime RecordedSource::end() {
  look_whether_it_hangs();
  if (is_away() && desk_.zero) line_.silence_until(place_of(desk_.clock.now() - silent_after));
  return line_.end();
}

void RecordedSource::work() {
  try {
    opened_first_ = desk_.clock.now();
    open(false);
  } catch (...) {
    {
      const std::lock_guard lock(desk_.mutex);
      failure_ = std::current_exception();
    }
    desk_.changed.notify_all();
    return;
  }
  try {
    read_all();
  } catch (...) {
    close();
    throw;
  }
  close();
}

void RecordedSource::open(bool again) {
  source_ = backend_.open(target_, {screen_zero_, desk_.clock, opened_first_}, again);
  const std::string& id = source_->device().id;
  const std::lock_guard lock(desk_.mutex);
  const bool same = again && id == facts_.device;
  placer_ = std::make_unique<SoundPlacer>(source_->rate(), source_->channels(),
                                          same ? facts_.drift : std::nullopt);
  earlier_jumps_ = facts_.jumps;
  facts_.device = id;
  facts_.reconnects += again ? 1 : 0;
  idle_ = {};
  end();  // what was silent while it was away stays so
  open_ = true;
  desk_.changed.notify_all();
}

void RecordedSource::close() {
  if (placer_) {
    placer_->settle();
    hand_over();
  }
  {
    const std::lock_guard lock(desk_.mutex);
    open_ = false;
  }
  desk_.changed.notify_all();
  placer_.reset();
  source_.reset();
}

void RecordedSource::read_all() {
  const std::stop_token stop = desk_.stop.get_token();
  SoundBlock block;
  while (!stop.stop_requested()) {
    const TimePoint asked = desk_.clock.now();
    ++turns_;
    SoundStatus status = SoundStatus::moved;
    Duration pause = first_pause;
    try {
      status = source_->read(block, asked + patience, stop);
      pause = {};
    } catch (const CaptureError&) {  // it is away, or the server is
    }
    begin_if_told();
    switch (status) {
      case SoundStatus::block:
        take(block, desk_.clock.now());
        break;
      case SoundStatus::timed_out:
        wait_in_vain(std::min(desk_.clock.now() - asked, patience));
        break;
      case SoundStatus::moved:
        close();
        reopen(pause);
        break;
      case SoundStatus::cancelled:
        return;
    }
  }
}

/// Until it is open or we are to stop.
void RecordedSource::reopen(Duration pause) {
  while (desk_.clock.sleep_until(desk_.clock.now() + pause, desk_.stop.get_token())) {
    try {
      return open(true);
    } catch (const CaptureError&) {
    } catch (const UsageError&) {  // a system may not know a device that is away
    }
    pause = std::clamp(2 * pause, first_pause, longest_pause);
  }
}

void RecordedSource::begin_if_told() {
  if (placer_->begun()) return;
  std::optional<TimePoint> zero;
  {
    const std::lock_guard lock(desk_.mutex);
    zero = desk_.zero;
  }
  if (!zero) return;
  placer_->begin(*zero);
  hand_over();
}

void RecordedSource::take(const SoundBlock& block, TimePoint arrived) {
  idle_ = {};
  const double length_s = static_cast<double>(block.frames) / source_->rate();
  const double late_s = std::clamp(to_s(arrived - block.made) - length_s, 0.0, latest_usual_s);
  usual_lateness_s_ += lateness_weight * (late_s - usual_lateness_s_);
  placer_->add(block, arrived);
  hand_over();
}

void RecordedSource::wait_in_vain(Duration waited) {
  // Only what was really waited counts: if the whole program was stopped, what came meanwhile is
  // still to be read.
  idle_ += waited;
  if (!placer_->begun() || idle_ < settled_after) return;
  placer_->settle();
  hand_over();
  const Duration limit = silent_after + from_s(usual_lateness_s_);
  if (idle_ < limit) return;
  {
    const std::lock_guard lock(desk_.mutex);
    line_.silence_until(place_of(desk_.clock.now() - limit));
  }
  desk_.changed.notify_all();
}

void RecordedSource::hand_over() {
  std::vector<PlacedSound> placed = placer_->take();
  const std::lock_guard lock(desk_.mutex);
  for (PlacedSound& sound : placed) line_.put(sound.at, std::move(sound.samples));
  placer_->take_offsets(desk_.offsets);
  if (const auto drift = placer_->drift()) facts_.drift = drift;
  runs_ = runs_ || placer_->trusted();
  facts_.jumps = earlier_jumps_ + placer_->jumps();
  desk_.changed.notify_all();
}

}  // namespace rustcam
