// What the duplication layer shows and which faults it injects, from one line of text.
#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.h"
#include "base/rational.h"

namespace layer {

/// At `at_s` the duplication fails with `code`; until `down_s` later every new one fails with
/// `open_code`.
struct Fault {
  double at_s = 0;
  HRESULT code = S_OK;
  double down_s = 0;
  HRESULT open_code = S_OK;
};

struct ModeChange {
  double at_s = 0;
  rustcam::Size size;
};

struct Span {
  double from_s = 0;
  double length_s = 0;
  bool contains(double t) const { return from_s <= t && t < from_s + length_s; }
};

enum class PointerChoice { none, color, masked, mono };

/// All times count from the first DuplicateOutput of the process.
struct Config {
  int outputs = 1;
  rustcam::Size size{1920, 1080};
  rustcam::Rational hz{60, 1};
  std::string scene = "mover";  ///< a scene's name, or "black"
  rustcam::Rotation rotation = rustcam::Rotation::none;
  double hdr_nits = 0;          ///< SDR white of an HDR desktop; 0: SDR desktop
  bool no_white_level = false;  ///< the system does not tell the SDR white of an HDR desktop
  PointerChoice pointer = PointerChoice::none;
  std::optional<rustcam::Point> pointer_at;  ///< stands there; else it moves
  double pointer_hz = 0;                     ///< updates of the pointer alone
  int black = 0;                             ///< black updates after each opening
  bool once = false;      ///< one real update after each opening, then a still screen
  bool moves = false;     ///< the mover's new place is told as a move rectangle
  bool no_rects = false;  ///< presents without rectangles: everything changed
  int split = 1;          ///< each dirty rectangle told as that many bands
  bool protect = false;
  bool no_duplicate1 = false;  ///< no IDXGIOutput5
  bool no_video = false;       ///< the device has no video interfaces
  HRESULT open_code = S_OK;    ///< every opening fails with it
  std::vector<Fault> faults;
  double loss_every_s = 0;
  std::vector<ModeChange> modes;
  std::optional<Span> gone;          ///< the first output is not there
  std::optional<Span> stall;         ///< no updates
  std::optional<double> hangs_at_s;  ///< from then on AcquireNextFrame does not return
  std::int64_t start = 0;            ///< number of the first frame
};

/// "key=value;key=value". Throws std::invalid_argument naming what it does not know.
Config parse_config(std::string_view text);

}  // namespace layer
