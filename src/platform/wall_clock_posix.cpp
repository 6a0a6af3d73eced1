#include <time.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "platform/wall_clock.h"

namespace rustcam {

std::string iso8601_utc(TimePoint at) {
  const auto wall = std::chrono::system_clock::now() + (at - now());
  const auto us = std::chrono::floor<std::chrono::microseconds>(wall.time_since_epoch()).count();
  const auto seconds = static_cast<time_t>(us >= 0 ? us / 1'000'000 : (us - 999'999) / 1'000'000);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s.%06dZ", date.data(),
                static_cast<int>(us - std::int64_t{seconds} * 1'000'000));
  return text.data();
}

std::string local_stamp() {
  const time_t seconds = ::time(nullptr);
  tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &parts);
  return text.data();
}

}  // namespace rustcam
