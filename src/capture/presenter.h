// Showing stimuli on a real screen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/geometry.h"
#include "base/rational.h"
#include "capture/patience.h"
#include "stimulus/scene.h"

namespace rustcam {

struct PresenterOptions {
  std::string scene = "flip_demo";
  std::optional<Size> size;           ///< default: the whole output
  std::optional<std::string> output;  ///< default: as for capture
  bool barcode = true;
  Rational hz{};  ///< at which frames are going to be presented
  Patience patience{};
};

/// A window that shows one scene. Confined to the thread that made it.
class Presenter {
 public:
  virtual ~Presenter() = default;
  /// Shows frame `n`; returns when the system has taken it. False when the user closed the window.
  /// Throws DeviceError if the display is gone.
  virtual bool present(std::int64_t n) = 0;
  /// Of the frames so far, those of which the system says that they never reached the screen,
  /// because a newer one took their place. 0 if it says nothing.
  virtual std::int64_t never_shown() { return 0; }
};

}  // namespace rustcam
