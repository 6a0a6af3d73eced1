// From what a user typed to one target and one region of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/backend.h"

namespace rustcam {

/// A region as typed: `L,T,R,B` counts from the output's corner; slurp's `X,Y WxH` and X's
/// `WxH+X+Y` are in desktop coordinates. `rect` may still be empty or reversed: select_target
/// refuses that, since its message gives the output's size.
struct RegionRequest {
  Rect rect;
  bool desktop_coordinates = false;
};

/// Throws UsageError for text in none of the three forms, and for numbers beyond 32 bits.
RegionRequest parse_region(std::string_view text);

struct TargetRequest {
  std::string backend = "auto";
  std::optional<std::string> output;  ///< index or name
  std::optional<int> device;  ///< only that adapter's outputs; `output` then counts within it
  std::optional<RegionRequest> region;
};

struct Selection {
  const Backend* backend = nullptr;
  TargetInfo target;
  std::optional<Rect> region;      ///< from the output's corner; nullopt: all of it
  std::vector<std::string> notes;  ///< for stderr (XWayland taken instead of a Wayland back end)
};

/// Throws UsageError (unknown output, naming those that exist; a region that is empty, reversed,
/// outside, across or on another output, giving the size) or CaptureError (no display, no outputs,
/// back end not here).
Selection select_target(const TargetRequest& request);

/// The primary output; where none is set, the one at (0,0), else the first. `targets` must not be
/// empty.
const TargetInfo& default_target(const std::vector<TargetInfo>& targets);

/// Throws UsageError unless `region` (from the target's corner) is a non-empty part of a target of
/// this size; the message gives the size.
void require_inside(const Rect& region, const TargetInfo& target);

}  // namespace rustcam
