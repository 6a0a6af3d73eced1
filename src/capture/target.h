// What can be captured, and how it is told apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "base/time.h"

namespace rustcam {

enum class TargetKind { output = 1, window };

/// One output (monitor) or top-level window as its system describes it. What is not known is
/// nullopt, never 0.
struct TargetInfo {
  TargetKind kind = TargetKind::output;
  int index = 0;            ///< as `list` prints it
  std::string name;         ///< "DP-1", "\\.\DISPLAY1", "mover@1920x1080@60"; a window's title
  std::string description;  ///< maker and model, if known
  std::string
      identity;  ///< finds the same target again after a loss (RandR name; LUID and monitor path)
  std::string backend;
  Rect desktop;  ///< place in desktop coordinates
  /// The upright picture's size, if the desktop is scaled, so that it is not desktop's.
  std::optional<Size> pixels;
  std::optional<double> refresh_hz;
  double scale = 1.0;
  Rotation rotation = Rotation::none;
  bool primary = false;
  int device = 0;  ///< index of the adapter
  std::optional<bool> hdr;
  std::string native_format;  ///< for people: "bgra8", "x2rgb10", "rgba16f"
  std::optional<double> sdr_white_nits;
  /// Why the system does not tell what changes on it, so that it has to be compared all the time;
  /// empty: it tells.
  std::string changes_unknown;
  /// Why the pointer may be in the pictures although nobody asked for it; empty: it is left out.
  std::string pointer_embedded;
  /// When its own time was 0; of a screen that we make.
  std::optional<TimePoint> clock_zero;
  std::optional<std::uint64_t> window;  ///< the system's number of a window
  std::optional<std::int64_t> pid;      ///< of the process that owns a window

  /// Of the upright picture.
  Size size() const noexcept { return pixels.value_or(desktop.size()); }
};

/// A display adapter, for `list devices`.
struct DeviceInfo {
  int index = 0;
  std::string name;
  std::optional<std::uint32_t> vendor_id;
  std::optional<std::string> luid;
  std::optional<std::uint64_t> memory_bytes;
  std::vector<std::string> outputs;
};

}  // namespace rustcam
