// From the text of an option to its value. Every function throws UsageError that names the option,
// what was given, and what would be right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/geometry.h"
#include "base/rational.h"
#include "base/time.h"

namespace rustcam::cli {

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t min,
                           std::int64_t max);
double parse_number(const std::string& option, const std::string& text, double min, double max);
constexpr double hundred_days = 8'640'000;
/// Seconds, with a fraction, from `min` to `max`: "90", "1.5h", "10m", "30s", "1:30", "1:30:00".
double parse_seconds(const std::string& option, const std::string& text, double min,
                     double max = hundred_days);
/// "WxH", both sides from 1 to 16384.
Size parse_size(const std::string& option, const std::string& text);
/// Bytes with K, M or G for 1024, 1024^2, 1024^3; at least 1.
std::int64_t parse_bytes(const std::string& option, const std::string& text);
/// Bits a second with k, M or G for powers of 1000; at least 1000.
std::int64_t parse_bitrate(const std::string& option, const std::string& text);
Rational parse_fps(const std::string& option, const std::string& text);
/// "K=V".
std::pair<std::string, std::string> parse_pair(const std::string& option, const std::string& text);
/// The index of `text` in `names`.
std::size_t parse_choice(const std::string& option, const std::string& text,
                         const std::vector<std::string>& names);

/// The names that an option takes, each with what it means to us: one list for the check, the help
/// and the shells.
template <typename T, std::size_t count>
struct Choices {
  struct Choice {
    std::string_view name;
    T value;
  };
  Choice list[count];

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Choice& each : list) all.emplace_back(each.name);
    return all;
  }
  const T& parse(const std::string& option, const std::string& text) const {
    return list[parse_choice(option, text, names())].value;
  }
};

}  // namespace rustcam::cli
