// What a built-in device of sound makes and when, as its name says it. Pure: time comes in as
// seconds since the screen's time 0.
//
//   SIGNAL[,KEY=VALUE ...]       clap,ppm=300,loss=2+3       tone,hz=1000
//
// clap: 10 ms of 1 kHz that begin at each whole second, as the stimulus flashes; tone: a sine of
// -12 dB. The keys rehearse what happens to real devices.
//   hz=HZ         of the tone: 20 to 20000, 440 if not told
//   ppm=N         the device's clock is fast by so much: -5000 to 5000
//   jitter=MS     the times that it tells are wrong by up to so much: 0 to 1000
//   loss=T+S      it is away T seconds after it was opened first, and back S later; may be given
//                 several times
//   rate=N        values a second, as it says: 8000 to 384000, 48000 if not told
//   channels=N    1 to 8, all alike: 2 if not told
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rustcam::virtual_sound {

/// "clap", "tone".
std::span<const std::string_view> signal_names() noexcept;

struct Away {
  double from_s = 0;
  double length_s = 0;
};

struct Device {
  std::string name;  ///< as typed
  std::string signal;
  double hz = 440;
  double ppm = 0;
  double jitter_s = 0;
  std::vector<Away> losses;
  int rate = 48000;
  int channels = 2;

  /// What is heard at `t`.
  float heard_at(double t) const noexcept;
  /// When value `index` is made. Values are counted from the screen's time 0.
  double time_of(std::int64_t index) const noexcept;
  /// The first value that is not made before `t`.
  std::int64_t first_from(double t) const noexcept;
  /// How wrong the device is about the time of value `index`.
  double error_of(std::int64_t index) const noexcept;
  /// `since_s`: since it was opened first.
  bool lost_at(double since_s) const noexcept;
  /// The next time after `since_s` at which it goes away; infinite for none.
  double next_loss(double since_s) const noexcept;
};

/// Throws UsageError naming the form and the signals.
Device parse_device(std::string_view name);

}  // namespace rustcam::virtual_sound
