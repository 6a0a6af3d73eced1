// A sound system whose devices do what a test tells them, on the test's clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "audio/sound_backend.h"
#include "audio/virtual/virtual_sound.h"
#include "base/error.h"
#include "base/time.h"

namespace rustcam::test {

/// What happens to a device. Times are seconds since the signal's time 0.
struct SoundScript {
  virtual_sound::Device device = virtual_sound::parse_device("clap");
  /// What is thrown by read() and open() at `t`, if anything: "lost", "dead" or "unknown".
  std::function<std::string(double t)> fails = [](double) { return std::string(); };
  /// At `t` it sends nothing, as a loopback does while nothing plays.
  std::function<bool(double t)> silent = [](double) { return false; };
  /// How long after it was made the block of `t` comes.
  std::function<double(double t)> delay = [](double) { return 0.01; };
  /// Its sound at `t`, if it is not the device's.
  std::function<float(double t)> heard;
  std::vector<double> moves;  ///< another device is the default from then on
  bool slow_to_stop = false;  ///< read() heeds a stop request only at its deadline
  /// At this second a read() begins that returns so many seconds later, whatever its deadline.
  double hangs_at = 1e9;
  double hangs_for = 0;
  int openings = 0;
};

class ScriptedSource final : public SoundSource {
 public:
  ScriptedSource(SoundScript& script, const SoundOptions& options)
      : script_(script), clock_(options.clock), zero_(*options.screen_zero) {
    ++script_.openings;
    fail_as_told();
    told_.id = script_.device.name + std::to_string(moved());
    next_ = script_.device.first_from(t(clock_.now()));
    moved_ = moved();
  }

  const SoundDevice& device() const noexcept override { return told_; }
  int rate() const noexcept override { return script_.device.rate; }
  int channels() const noexcept override { return script_.device.channels; }

  SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) override {
    const std::int64_t frames = script_.device.rate / 100;
    hang_as_told();
    while (true) {
      if (stop.stop_requested() && !script_.slow_to_stop) return SoundStatus::cancelled;
      fail_as_told();
      if (moved() != moved_) return SoundStatus::moved;
      const double made = script_.device.time_of(next_);
      const TimePoint ready = at(made + 0.01 + script_.delay(made));
      if (ready <= clock_.now() && script_.silent(made)) {
        next_ += frames;
        continue;
      }
      if (ready <= clock_.now()) return make(block, frames);
      if (deadline <= clock_.now()) return SoundStatus::timed_out;
      clock_.sleep_until(std::min(ready, deadline),
                         script_.slow_to_stop ? std::stop_token() : stop);
    }
  }

 private:
  double t(TimePoint time) const { return to_s(time - zero_); }
  TimePoint at(double time) const { return zero_ + from_s(time); }

  void fail_as_told() const {
    const std::string how = script_.fails(t(clock_.now()));
    if (how == "lost") throw AccessLost("scripted loss");
    if (how == "dead") throw DeviceError("scripted death");
    if (how == "unknown") throw UsageError("scripted: there is no such device");
  }
  void hang_as_told() {
    if (t(clock_.now()) < script_.hangs_at) return;
    script_.hangs_at = 1e9;
    clock_.sleep_until(clock_.now() + from_s(script_.hangs_for));
  }
  std::int64_t moved() const {
    return std::count_if(script_.moves.begin(), script_.moves.end(),
                         [&](double time) { return time <= t(clock_.now()); });
  }
  SoundStatus make(SoundBlock& block, std::int64_t frames) {
    samples_.clear();
    const virtual_sound::Device& device = script_.device;
    for (std::int64_t i = 0; i < frames; ++i) {
      const double time = device.time_of(next_ + i);
      samples_.insert(samples_.end(), static_cast<std::size_t>(device.channels),
                      script_.heard ? script_.heard(time) : device.heard_at(time));
    }
    block = {samples_, frames, at(device.time_of(next_) + device.error_of(next_)), false};
    next_ += frames;
    return SoundStatus::block;
  }

  SoundScript& script_;
  Clock& clock_;
  TimePoint zero_;
  SoundDevice told_;
  std::int64_t next_ = 0;
  std::int64_t moved_ = 0;
  std::vector<float> samples_;
};

/// Devices by name; a name that has no script is unknown.
class ScriptedSound final : public SoundBackend {
 public:
  ScriptedSound() noexcept : SoundBackend("scripted") {}

  std::string reason_against() const override { return {}; }
  std::vector<SoundDevice> devices() const override { return {}; }
  std::unique_ptr<SoundSource> open(const SoundTarget& target, const SoundOptions& options,
                                    bool) const override {
    const auto found = scripts.find(target.name);
    if (found == scripts.end()) throw UsageError("there is no " + target.name);
    return std::make_unique<ScriptedSource>(*found->second, options);
  }

  std::map<std::string, std::shared_ptr<SoundScript>> scripts;
};

}  // namespace rustcam::test
