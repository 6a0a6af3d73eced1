#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/one_of.h"

namespace rustcam::cli {

namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& text,
                         const std::string& wanted) {
  throw UsageError(option + " '" + text + "' is not valid: give " + wanted);
}

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (text.empty() || error != std::errc{} || end != last) return std::nullopt;
  return value;
}

/// A finite decimal number without sign or exponent's surprises ("inf", "nan" and hex are refused).
std::optional<double> decimal(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; }))
    return std::nullopt;
  const auto value = whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string plain(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

/// A number with one letter for a power of `base`.
std::optional<double> scaled(std::string_view text, double base) {
  double factor = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        factor = base;
        break;
      case 'm':
      case 'M':
        factor = base * base;
        break;
      case 'g':
      case 'G':
        factor = base * base * base;
        break;
      default:
        break;
    }
  }
  if (factor > 1) text.remove_suffix(1);
  const auto value = decimal(text);
  return value ? std::optional(*value * factor) : std::nullopt;
}

/// Seconds with a unit, s if there is none.
std::optional<double> with_unit(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"ms", 0.001}, {"min", 60}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  for (const auto& [name, seconds] : units)
    if (text.size() > name.size() && text.ends_with(name)) {
      const auto value = decimal(text.substr(0, text.size() - name.size()));
      return value ? std::optional(*value * seconds) : std::nullopt;
    }
  return decimal(text);
}

/// "M:S" or "H:M:S"; what follows a colon is less than 60.
std::optional<double> clock_time(std::string_view text) {
  double seconds = 0;
  for (int part = 0; part < 3; ++part) {
    const std::size_t colon = text.find(':');
    const bool last = colon == std::string_view::npos;
    const auto value = decimal(text.substr(0, colon));
    const bool whole_number = last || (value && *value == std::floor(*value));
    if (!value || *value < 0 || (part > 0 && *value >= 60) || !whole_number) return std::nullopt;
    seconds = seconds * 60 + *value;
    if (last) return seconds;
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

}  // namespace

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t min,
                           std::int64_t max) {
  const auto value = whole<std::int64_t>(text);
  if (!value || *value < min || *value > max)
    refuse(option, text,
           "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return *value;
}

double parse_number(const std::string& option, const std::string& text, double min, double max) {
  const auto value = decimal(text);
  if (!value || *value < min || *value > max)
    refuse(option, text, "a number from " + plain(min) + " to " + plain(max));
  return *value;
}

double parse_seconds(const std::string& option, const std::string& text, double min, double max) {
  const auto value = text.find(':') == std::string::npos ? with_unit(text) : clock_time(text);
  if (!value || *value < min || *value > max)
    refuse(option, text,
           "seconds from " + plain(min) + " to " + plain(max) +
               (max < 3600 ? "" : ", or a time as in 90s, 10m, 1.5h or 1:30:00"));
  return *value;
}

Size parse_size(const std::string& option, const std::string& text) {
  const auto cross = text.find('x');
  if (cross != std::string::npos) {
    const std::string_view view = text;
    const auto width = whole<std::int32_t>(view.substr(0, cross));
    const auto height = whole<std::int32_t>(view.substr(cross + 1));
    if (width && height && *width >= 1 && *height >= 1 && *width <= 16384 && *height <= 16384)
      return {*width, *height};
  }
  refuse(option, text, "WIDTHxHEIGHT in pixels, each from 1 to 16384, as in 1280x720");
}

std::int64_t parse_bytes(const std::string& option, const std::string& text) {
  const auto value = scaled(text, 1024);
  if (!value || *value < 1 || *value > 9e18)
    refuse(option, text, "a number of bytes, with K, M or G for powers of 1024, as in 500M");
  return std::llround(*value);
}

std::int64_t parse_bitrate(const std::string& option, const std::string& text) {
  const auto value = scaled(text, 1000);
  if (!value || *value < 1000 || *value > 1e11)
    refuse(option, text, "bits a second (at least 1000), with k, M or G, as in 8M");
  return std::llround(*value);
}

Rational parse_fps(const std::string& option, const std::string& text) {
  const auto rate = parse_rate(text);
  if (!rate) refuse(option, text, "a rate from 0.001 to 1000, as in 60, 29.97 or 60000/1001");
  return *rate;
}

std::pair<std::string, std::string> parse_pair(const std::string& option, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    refuse(option, text, "NAME=VALUE, as in tune=film");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::size_t parse_choice(const std::string& option, const std::string& text,
                         const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) refuse(option, text, one_of(names));
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace rustcam::cli
