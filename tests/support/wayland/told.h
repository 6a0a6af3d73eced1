// What clients are told of sizes, damage, times and names: the truth, or what a fault makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/region.h"
#include "base/time.h"
#include "fault.h"

namespace rustcam::test {

struct ToldSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const ToldSize&, const ToldSize&) = default;
};
/// Of a picture that is to be captured.
ToldSize told_size(Faults& faults, Size size);
std::vector<std::uint32_t> told_formats(Faults& faults, const std::vector<std::uint32_t>& formats);
std::int32_t told_transform(Faults& faults, std::int32_t transform);

struct ToldRect {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;
};
struct ToldDamage {
  std::vector<ToldRect> rects;
  bool true_to_fact = true;
};
/// `damage`: buffer pixels of a buffer of that size.
ToldDamage told_damage(Faults& faults, const Region& damage, Size buffer);

struct ToldTime {
  std::uint32_t seconds_high = 0;
  std::uint32_t seconds_low = 0;
  std::uint32_t nanoseconds = 0;
};
/// nullopt: none.
std::optional<ToldTime> told_time(Faults& faults, TimePoint when);

/// When a capture that is asked for now may be answered; TimePoint::max(): never.
TimePoint told_answer_time(Faults& faults);

/// nullopt: the event is left out.
std::optional<std::string> told_name(Faults& faults, const std::string& name);

}  // namespace rustcam::test
