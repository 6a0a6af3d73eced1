#include "audio/sound_recorder.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "audio/sound_mixer.h"

namespace rustcam {

class SoundRecorder::Impl {
 public:
  Impl(const SoundRecorderOptions& options, Clock& clock)
      : desk(clock), delay(options.delay), mixer(open_all(options), desk) {}
  ~Impl() { desk.stop.request_stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  SoundDesk desk;
  Duration delay;
  SoundMixer mixer;

 private:
  std::vector<SoundMixer::Input> open_all(const SoundRecorderOptions& options) {
    std::vector<SoundMixer::Input> inputs;
    try {
      for (const SoundTarget& target : options.mix.sources)
        inputs.push_back({std::make_unique<RecordedSource>(target, options.backend_of(target),
                                                           options.screen_zero, desk),
                          static_cast<float>(std::pow(10, target.gain_db / 20))});
      for (const SoundMixer::Input& input : inputs) input.source->wait_until_open();
    } catch (...) {
      desk.stop.request_stop();  // for those that are open, before they are waited for
      throw;
    }
    return inputs;
  }
};

SoundRecorder::SoundRecorder(const SoundRecorderOptions& options, Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}

SoundRecorder::~SoundRecorder() = default;

void SoundRecorder::wait_until_running(TimePoint deadline) {
  const auto running = [this] {
    const auto& inputs = impl_->mixer.inputs();
    return std::all_of(inputs.begin(), inputs.end(),
                       [](const SoundMixer::Input& input) { return input.source->runs(); });
  };
  std::unique_lock lock(impl_->desk.mutex);
  impl_->desk.clock.wait(lock, impl_->desk.changed, deadline, {}, running);
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
  }
  all.silence_s = static_cast<double>(impl_->mixer.silent_frames()) / sound_rate;
  all.offset_us = impl_->desk.offsets.percentiles();
  return all;
}

float SoundRecorder::peak() const noexcept {
  return impl_->mixer.peak();
}

}  // namespace rustcam
