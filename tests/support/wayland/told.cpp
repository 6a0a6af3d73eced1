#include "told.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rustcam::test {
namespace {

constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max();

ToldRect told(const Rect& r) {
  return {r.left, r.top, static_cast<std::int32_t>(r.width()),
          static_cast<std::int32_t>(r.height())};
}

/// A corner where nothing has changed, if there is one.
ToldRect elsewhere(const Region& damage, Size buffer) {
  const std::int32_t side = std::max(1, std::min(buffer.width, buffer.height) / 8);
  const std::array<Point, 4> corners{{{0, 0},
                                      {buffer.width - side, 0},
                                      {0, buffer.height - side},
                                      {buffer.width - side, buffer.height - side}}};
  for (const Point corner : corners) {
    Region common = damage;
    common.intersect(Rect::of(corner, {side, side}));
    if (common.empty()) return told(Rect::of(corner, {side, side}));
  }
  return {0, 0, 1, 1};
}

std::vector<ToldRect> many(Size buffer) {
  std::vector<ToldRect> rects;
  for (int i = 0; i < 2000; ++i) rects.push_back({i % buffer.width, i % buffer.height, 1, 1});
  return rects;
}

}  // namespace

ToldSize told_size(Faults& faults, Size size) {
  if (faults.strike(Fault::size_large)) return {65535, 65535};
  if (faults.strike(Fault::size_enormous)) return {0xFFFFFFFF, 0xFFFFFFFF};
  if (faults.strike(Fault::size_zero)) return {0, 0};
  const ToldSize all{static_cast<std::uint32_t>(size.width),
                     static_cast<std::uint32_t>(size.height)};
  if (faults.strike(Fault::size_smaller)) return {all.width / 2, all.height / 2};
  return all;
}

std::vector<std::uint32_t> told_formats(Faults& faults, const std::vector<std::uint32_t>& formats) {
  if (faults.strike(Fault::format_none)) return {};
  if (faults.strike(Fault::format_unknown)) return {0xDEADBEEF};
  return formats;
}

std::int32_t told_transform(Faults& faults, std::int32_t transform) {
  return faults.strike(Fault::transform_absurd) ? 77 : transform;
}

ToldDamage told_damage(Faults& faults, const Region& damage, Size buffer) {
  if (faults.strike(Fault::damage_none)) return {{}, false};
  if (faults.strike(Fault::damage_empty)) return {{{0, 0, 0, 0}}, false};
  if (faults.strike(Fault::damage_negative)) return {{{-9, -7, 5, 5}, {9, 7, -5, -3}}, false};
  if (faults.strike(Fault::damage_outside))
    return {{{buffer.width + 3, buffer.height + 3, 20, 20}, {far - 1, far - 1, far, far}}, false};
  if (faults.strike(Fault::damage_lies)) return {{elsewhere(damage, buffer)}, false};
  if (faults.strike(Fault::damage_many)) return {many(buffer), false};
  if (faults.strike(Fault::damage_small)) {
    const Rect bounds = damage.bounds();
    return {{{bounds.left, bounds.top, 1, 1}}, false};
  }
  ToldDamage truth;
  for (const Rect& r : damage.rects()) truth.rects.push_back(told(r));
  return truth;
}

std::optional<ToldTime> told_time(Faults& faults, TimePoint when) {
  using std::chrono::hours;
  if (faults.strike(Fault::time_none)) return std::nullopt;
  if (faults.strike(Fault::time_zero)) return ToldTime{};
  if (faults.strike(Fault::time_max)) return ToldTime{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  if (faults.strike(Fault::time_late)) when -= hours(1);
  if (faults.strike(Fault::time_future)) when += hours(24 * 365);
  constexpr std::int64_t second = 1'000'000'000;
  const auto ns =
      static_cast<std::uint64_t>(std::max<std::int64_t>(when.time_since_epoch().count(), 0));
  ToldTime time{static_cast<std::uint32_t>(ns / second >> 32),
                static_cast<std::uint32_t>(ns / second), static_cast<std::uint32_t>(ns % second)};
  if (faults.strike(Fault::time_nsec)) time.nanoseconds = 2'000'000'000;
  return time;
}

TimePoint told_answer_time(Faults& faults) {
  if (faults.strike(Fault::never)) return TimePoint::max();
  if (faults.strike(Fault::slow)) return now() + std::chrono::milliseconds(500);
  return {};
}

std::optional<std::string> told_name(Faults& faults, const std::string& name) {
  if (faults.strike(Fault::name_missing)) return std::nullopt;
  if (faults.strike(Fault::name_empty)) return "";
  if (faults.strike(Fault::name_long)) return std::string(4000, 'n');
  if (faults.strike(Fault::name_cut)) return name + "\xe2\x82";
  if (faults.strike(Fault::name_same)) return "SAME-1";
  return name;
}

}  // namespace rustcam::test
