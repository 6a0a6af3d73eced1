// What Windows' display configuration knows about monitors.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rustcam::dda {

struct Monitor {
  std::string gdi_name;  ///< "\\.\DISPLAY1", as DXGI names the output
  std::string path;      ///< tells the monitor apart, also after it was away
  std::string model;     ///< for people; empty if not known
  std::optional<double> refresh_hz;
  std::optional<double> sdr_white_nits;  ///< luminance of SDR white on an HDR desktop
};

/// The monitors that show the desktop now; empty if the system does not tell.
std::vector<Monitor> active_monitors();

/// The monitor behind a GDI name by older means: its path may be empty, its rate whole hertz.
Monitor monitor_by_gdi_name(const std::string& gdi_name);

}  // namespace rustcam::dda
