// What a user asks to have captured, and the one rule by which a listed target is found for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/patience.h"
#include "capture/target.h"

namespace rustcam {

class Backend;

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
  TargetKind kind = TargetKind::output;
  std::optional<std::string> output;  ///< index or name
  std::optional<int> device;  ///< only that adapter's outputs; `output` then counts within it
  std::optional<RegionRequest> region;
  /// Whether the pointer is going to be wanted: SourceOptions::pointer, for systems that settle it
  /// together with the target.
  bool pointer = true;
  /// Every output is going to be captured: wrong usage where a dialogue chooses one.
  bool all = false;
  /// Where a dialogue chooses the target: show it, although a choice was remembered.
  bool ask_again = false;
  /// Called if a dialogue is shown whose answer is waited for.
  std::function<void()> dialogue_shown{};
  Patience patience{};
  std::optional<std::string> identity;  ///< exactly this target of a listing, whatever its name
};

/// Makes a target of a name that is not listed; throws UsageError.
using NameResolver = std::function<TargetInfo(std::string_view name)>;

/// Which of the back end's targets is meant, if it is one that lists them: by identity, by name or
/// index, by a region in desktop coordinates, else default_target(). `resolve` (may be empty) is
/// asked for names that are not listed. A region in desktop coordinates lies on what is returned.
/// Throws UsageError (no such target, naming those that exist; a region that is empty, reversed,
/// outside, across or on another output; windows, which cannot be captured yet), CaptureError (no
/// output at all).
TargetInfo pick_target(const Backend& backend, const TargetRequest& request,
                       const NameResolver& resolve = {});

/// By name, else by index. Throws UsageError.
const TargetInfo& find_named(const std::vector<TargetInfo>& targets, const std::string& output);

/// Where a region in desktop coordinates lies on the target's picture, which it must be inside of.
/// If the desktop is scaled, an edge on the target's edge is its pixel edge; else left and top
/// round down, right and bottom up.
Rect pixels_of(const Rect& desktop_region, const TargetInfo& target);

/// The primary output; if none is set, the one at (0,0), else the first. `targets` must not be
/// empty.
const TargetInfo& default_target(const std::vector<TargetInfo>& targets);

/// Throws UsageError unless `region`, in desktop coordinates, is a non-empty part of `target`; the
/// message names those of `targets` that it touches.
void require_on(const Rect& region, const TargetInfo& target,
                const std::vector<TargetInfo>& targets);

/// Throws UsageError: what TargetKind::window gets today.
[[noreturn]] void refuse_windows();

/// Throws UsageError unless `region` (from the target's corner) is a non-empty part of a target of
/// this size; the message gives the size.
void require_inside(const Rect& region, const TargetInfo& target);

}  // namespace rustcam
