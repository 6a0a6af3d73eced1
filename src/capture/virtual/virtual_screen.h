// What a virtual output shows and when, as its name says it. Pure: time comes in as seconds since
// the output's epoch.
//
//   STIMULUS[@WxH[@HZ]][,KEY=VALUE ...]       mover@1280x720@60,loss=2+0.5,pointer=mono
//
// The keys rehearse what happens to real screens. Times are seconds.
//   loss=T+S       the output is lost at T and back S later; may be given several times
//   death=T[+S]    the display connection closes at T (and can be opened again S later)
//   resize=T:WxH   a new size at T; may be given several times
//   rotate=T:DEG   turned to 0, 90, 180 or 270 degrees at T
//   stall=T+S      nothing is presented for S
//   black=N        the first N updates after each opening are black
//   repeat=N       only every Nth present brings a new picture
//   drop=N         every Nth present never reaches us
//   start=N        number of the first frame
//   pointer=KIND   none (default), color, premultiplied, masked, mono: it moves
//   pointer_at=X:Y it stands with its top-left corner there
//   pointer_hz=N   updates of the pointer alone
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.h"
#include "base/rational.h"
#include "image/pointer.h"

namespace rustcam::virtual_display {

struct Interval {
  double from_s = 0;
  double length_s = 0;
  double end_s() const noexcept { return from_s + length_s; }
  bool contains(double t) const noexcept { return from_s <= t && t < end_s(); }
};

struct SizeChange {
  double at_s = 0;
  Size size;
};

struct Turn {
  double at_s = 0;
  Rotation rotation = Rotation::none;
};

struct Screen {
  std::string name;  ///< in its full form, with the keys as typed
  std::string stimulus;
  Size size{1920, 1080};
  Rational hz{60, 1};
  std::vector<Interval> losses;
  std::optional<Interval> death;
  std::vector<SizeChange> sizes;
  std::optional<Turn> turn;
  std::optional<Interval> stall;
  int black = 0;
  int repeat = 1;
  int drop = 0;
  std::int64_t start = 0;
  std::optional<PointerKind> pointer;
  std::optional<Point> pointer_at;
  double pointer_hz = 0;

  bool lost_at(double t) const noexcept;
  bool dead_at(double t) const noexcept;
  Size size_at(double t) const noexcept;
  Rotation rotation_at(double t) const noexcept;
  /// Presents so far, from 0; stands still while stalled.
  std::int64_t present_at(double t) const noexcept;
  bool delivered(std::int64_t present) const noexcept;
  /// The stimulus frame that a present shows.
  std::int64_t frame_of(std::int64_t present) const noexcept;
  Point pointer_position(double t) const noexcept;
  /// The next instant after `t` at which anything but the picture changes; nullopt for none.
  std::optional<double> next_event(double t) const noexcept;
};

/// Throws UsageError naming the form and the stimuli.
Screen parse_screen(std::string_view name);

}  // namespace rustcam::virtual_display
