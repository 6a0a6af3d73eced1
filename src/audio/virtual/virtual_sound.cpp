#include "audio/virtual/virtual_sound.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace rustcam::virtual_sound {
namespace {

constexpr std::array<std::string_view, 2> names{"clap", "tone"};
constexpr double burst_s = 0.01;
constexpr double burst_hz = 1000;
constexpr double burst_size = 0.8;
constexpr double tone_size = 0.25;
constexpr double longest_time_s = 1e6;

[[noreturn]] void refuse_device(std::string_view name, const std::string& why) {
  throw UsageError("\"" + std::string(name) + "\" is no built-in sound: " + why +
                   "; the form is SIGNAL[,KEY=VALUE ...], the signals are clap and tone, the keys "
                   "hz, ppm, jitter, loss, rate and channels");
}

std::optional<double> number(std::string_view text, double least, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= least && value <= most)) return std::nullopt;
  return value;
}

std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// False if the key is unknown or its value is not of its form.
bool set(Device& device, std::string_view key, std::string_view value) {
  if (key == "loss") {
    const auto [from, length] = split(value, '+');
    const auto start = number(from, 0, longest_time_s);
    const auto span = number(length, 0, longest_time_s);
    if (!start || !span) return false;
    device.losses.push_back({*start, *span});
    return true;
  }
  const auto take = [&](double least, double most, auto& into, double unit) {
    const auto parsed = number(value, least, most);
    using Value = std::remove_reference_t<decltype(into)>;
    if (parsed) into = static_cast<Value>(*parsed * unit);
    return parsed && static_cast<double>(into) == *parsed * unit;
  };
  if (key == "hz") return take(20, 20000, device.hz, 1);
  if (key == "ppm") return take(-5000, 5000, device.ppm, 1);
  if (key == "jitter") return take(0, 1000, device.jitter_s, 1e-3);
  if (key == "rate") return take(8000, 384000, device.rate, 1);
  if (key == "channels") return take(1, 8, device.channels, 1);
  return false;
}

}  // namespace

std::span<const std::string_view> signal_names() noexcept {
  return names;
}

Device parse_device(std::string_view name) {
  Device device;
  device.name = name;
  const auto [signal, keys] = split(name, ',');
  if (std::find(names.begin(), names.end(), signal) == names.end())
    refuse_device(name, "there is no signal \"" + std::string(signal) + "\"");
  device.signal = signal;
  for (std::string_view left = keys; !left.empty();) {
    const auto [entry, others] = split(left, ',');
    const auto [key, value] = split(entry, '=');
    if (!set(device, key, value))
      refuse_device(name, "\"" + std::string(entry) + "\" is not understood");
    left = others;
  }
  return device;
}

float Device::heard_at(double t) const noexcept {
  constexpr double turn = 2 * std::numbers::pi;
  if (signal == "tone") return static_cast<float>(tone_size * std::sin(turn * hz * t));
  // Times of values that stand on a whole second may be rounded down.
  constexpr double rounding_s = 1e-9;
  const double since = t - std::floor(t + rounding_s);
  // A cosine: its first value is its loudest.
  return since < burst_s ? static_cast<float>(burst_size * std::cos(turn * burst_hz * since)) : 0;
}

double Device::time_of(std::int64_t index) const noexcept {
  return static_cast<double>(index) / (rate * (1 + ppm * 1e-6));
}

std::int64_t Device::first_from(double t) const noexcept {
  return static_cast<std::int64_t>(std::ceil(t * rate * (1 + ppm * 1e-6)));
}

double Device::error_of(std::int64_t index) const noexcept {
  // Any function that looks like chance, and is always the same.
  auto mixed = static_cast<std::uint64_t>(index) * 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 31)) * 0xBF58476D1CE4E5B9U;
  const double part = static_cast<double>(mixed >> 11) / static_cast<double>(1ULL << 53);
  return jitter_s * (2 * part - 1);
}

bool Device::lost_at(double since_s) const noexcept {
  return std::any_of(losses.begin(), losses.end(), [&](const Away& away) {
    return away.from_s <= since_s && since_s < away.from_s + away.length_s;
  });
}

double Device::next_loss(double since_s) const noexcept {
  double next = std::numeric_limits<double>::infinity();
  for (const Away& away : losses)
    if (away.from_s > since_s) next = std::min(next, away.from_s);
  return next;
}

}  // namespace rustcam::virtual_sound
