// A borderless window above all others.
#pragma once

#include <windows.h>

#include <string>

#include "base/geometry.h"

namespace rustcam::dda {

/// Confined to the thread that made it.
class StimulusWindow {
 public:
  /// Shown at the corner of `output` (desktop coordinates) with a client area of `size`. Throws
  /// DeviceError.
  StimulusWindow(const Rect& output, Size size, const std::string& title);
  ~StimulusWindow();
  StimulusWindow(const StimulusWindow&) = delete;
  StimulusWindow& operator=(const StimulusWindow&) = delete;

  HWND handle() const noexcept { return window_; }
  /// Answers what the system has asked since the last call; false once the user closed the window.
  bool handle_messages();

 private:
  HWND window_ = nullptr;
  bool closed_ = false;
};

}  // namespace rustcam::dda
