#include "audio/sound_recorder.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <utility>

#include "audio/sound_mixer.h"
#include "base/error.h"
#include "platform/abandoned.h"

namespace rustcam {
namespace {

/// A server that answers slowly is given 3 s for each answer; this is for calls that never return.
constexpr Duration open_patience = std::chrono::seconds(15);
constexpr Duration end_patience = std::chrono::seconds(5);
/// After a failure, or if the end was requested, nobody waits for the others.
constexpr Duration failed_patience = std::chrono::seconds(1);
constexpr Duration asked_every = std::chrono::milliseconds(50);

}  // namespace

class SoundRecorder::Impl {
 public:
  Impl(const SoundRecorderOptions& options, Clock& clock)
      : desk(clock), delay(options.delay), mixer(start_all(options), desk) {}
  ~Impl() { desk.stop.request_stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void wait_until_open(const std::function<bool()>& given_up) {
    const TimePoint until = desk.clock.now() + open_patience;
    for (const SoundMixer::Input& input : mixer.inputs())
      while (!input.source->wait_until_open(std::min(until, desk.clock.now() + asked_every))) {
        if (given_up && given_up())
          throw Interrupted("the sound was not open when the end was requested");
        if (desk.clock.now() >= until)
          throw DeviceError(
              "the sound system does not answer: a call to open a device has not returned; look "
              "whether the sound server hangs, and start it again");
      }
  }

  /// False if a thread hangs.
  bool end(Duration patience) {
    desk.stop.request_stop();
    const TimePoint until = desk.clock.now() + patience;
    const auto& inputs = mixer.inputs();
    return std::all_of(inputs.begin(), inputs.end(), [&](const SoundMixer::Input& input) {
      return input.source->wait_until_ended(until);
    });
  }

  SoundDesk desk;
  Duration delay;
  SoundMixer mixer;

 private:
  std::vector<SoundMixer::Input> start_all(const SoundRecorderOptions& options) {
    std::vector<SoundMixer::Input> inputs;
    try {
      for (const SoundTarget& target : options.mix.sources)
        inputs.push_back({std::make_unique<RecordedSource>(target, options.backend_of(target),
                                                           options.screen_zero, desk),
                          static_cast<float>(std::pow(10, target.gain_db / 20))});
    } catch (...) {
      desk.stop.request_stop();  // for those that run, before they are waited for
      throw;
    }
    return inputs;
  }
};

SoundRecorder::SoundRecorder(const SoundRecorderOptions& options, Clock& clock)
    : impl_(std::make_shared<Impl>(options, clock)) {
  try {
    impl_->wait_until_open(options.given_up);
  } catch (...) {
    end(failed_patience);
    throw;
  }
}

SoundRecorder::~SoundRecorder() {
  end(end_patience);
}

void SoundRecorder::end(Duration patience) {
  if (!impl_->end(patience)) abandon(std::move(impl_));
}

bool SoundRecorder::wait_until_running(TimePoint deadline) {
  const auto running = [this] {
    const auto& inputs = impl_->mixer.inputs();
    return std::all_of(inputs.begin(), inputs.end(),
                       [](const SoundMixer::Input& input) { return input.source->runs(); });
  };
  std::unique_lock lock(impl_->desk.mutex);
  return impl_->desk.clock.wait(lock, impl_->desk.changed, deadline, {}, running);
}

void SoundRecorder::begin(TimePoint t0) {
  {
    const std::lock_guard lock(impl_->desk.mutex);
    impl_->desk.zero = t0 - impl_->delay;
  }
  impl_->desk.changed.notify_all();
}

SoundFeed& SoundRecorder::feed() noexcept {
  return impl_->mixer;
}

SoundStatistics SoundRecorder::statistics() const {
  SoundStatistics all;
  const std::lock_guard lock(impl_->desk.mutex);
  for (const SoundMixer::Input& input : impl_->mixer.inputs()) {
    const SourceFacts& facts = input.source->facts();
    all.device += (all.device.empty() ? "" : "|") + facts.device;
    if (facts.drift && std::abs(*facts.drift) * 1e6 >= std::abs(all.drift_ppm.value_or(0)))
      all.drift_ppm = *facts.drift * 1e6;
    all.reconnects += facts.reconnects;
    all.jumps += facts.jumps;
    all.away = all.away || input.source->is_away();
  }
  all.silence_s = static_cast<double>(impl_->mixer.silent_frames()) / sound_rate;
  all.offset_us = impl_->desk.offsets.percentiles();
  return all;
}

float SoundRecorder::peak() const noexcept {
  return impl_->mixer.peak();
}

}  // namespace rustcam
