// The built-in devices: always there, never the default.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/sound_backend.h"
#include "audio/virtual/virtual_sound.h"
#include "base/error.h"

namespace rustcam {
namespace virtual_sound {
namespace {

SoundDevice describe(const Device& device) {
  SoundDevice told;
  told.id = device.name;
  told.name = "built-in " + device.signal;
  told.rate = device.rate;
  told.channels = device.channels;
  return told;
}

/// Makes up its sound as it is read: about 10 ms at a time, each as soon as its last value is made.
class VirtualSource final : public SoundSource {
 public:
  VirtualSource(Device device, const SoundOptions& options)
      : device_(std::move(device)),
        told_(describe(device_)),
        clock_(options.clock),
        zero_(options.screen_zero.value_or(TimePoint{})),
        opened_first_(options.opened_first.value_or(clock_.now())) {
    require_presence(clock_.now());
    next_ = device_.first_from(to_s(clock_.now() - zero_));
  }

  const SoundDevice& device() const noexcept override { return told_; }
  int rate() const noexcept override { return device_.rate; }
  int channels() const noexcept override { return device_.channels; }

  SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) override {
    const std::int64_t frames = device_.rate / 100;
    const TimePoint ready = at(device_.time_of(next_ + frames));
    while (true) {
      const TimePoint now = clock_.now();
      if (stop.stop_requested()) return SoundStatus::cancelled;
      require_presence(now);
      if (now >= ready) break;
      if (now >= deadline) return SoundStatus::timed_out;
      clock_.sleep_until(std::min({ready, deadline, next_loss(now)}), stop);
    }
    make(block, frames);
    return SoundStatus::block;
  }

 private:
  TimePoint at(double t) const { return zero_ + from_s(t); }

  void require_presence(TimePoint now) const {
    if (device_.lost_at(to_s(now - opened_first_)))
      throw AccessLost("the built-in sound is away, as its name asks (loss=)", "VIRTUAL_LOSS");
  }

  TimePoint next_loss(TimePoint now) const {
    const double loss = device_.next_loss(to_s(now - opened_first_));
    return loss < 1e9 ? opened_first_ + from_s(loss) : TimePoint::max();
  }

  void make(SoundBlock& block, std::int64_t frames) {
    samples_.clear();
    for (std::int64_t i = 0; i < frames; ++i)
      samples_.insert(samples_.end(), static_cast<std::size_t>(device_.channels),
                      device_.heard_at(device_.time_of(next_ + i)));
    block = {samples_, frames, at(device_.time_of(next_) + device_.error_of(next_)), false};
    next_ += frames;
  }

  Device device_;
  SoundDevice told_;
  Clock& clock_;
  TimePoint zero_;
  TimePoint opened_first_;
  std::int64_t next_ = 0;  ///< the first value that nobody has read
  std::vector<float> samples_;
};

class VirtualSound final : public SoundBackend {
 public:
  VirtualSound() noexcept : SoundBackend("virtual") {}

  bool knows(std::string_view name) const override {
    const auto names = signal_names();
    return std::find(names.begin(), names.end(), name.substr(0, name.find(','))) != names.end();
  }
  std::string reason_against() const override { return {}; }
  std::vector<SoundDevice> devices() const override {
    std::vector<SoundDevice> all;
    for (const std::string_view name : signal_names()) all.push_back(describe(parse_device(name)));
    return all;
  }
  std::unique_ptr<SoundSource> open(const SoundTarget& target, const SoundOptions& options,
                                    bool) const override {
    using Kind = SoundTarget::Kind;
    if (target.kind != Kind::device && target.kind != Kind::any)
      throw UsageError("the built-in sound has devices only: device:clap and device:tone");
    return std::make_unique<VirtualSource>(parse_device(target.name), options);
  }
};

}  // namespace
}  // namespace virtual_sound

const SoundBackend& built_in_sound() noexcept {
  static const virtual_sound::VirtualSound backend;
  return backend;
}

}  // namespace rustcam
