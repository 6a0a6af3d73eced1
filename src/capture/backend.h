// What every windowing system offers, as a table of functions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/frame_source.h"
#include "capture/presenter.h"
#include "capture/target.h"

namespace rustcam {

/// Whether a back end can run here; `reason` says why not (and what to do), or what is special.
struct Support {
  bool available = false;
  std::string reason;
};

struct SourceOptions {
  bool pointer = true;  ///< false: the source need not follow the pointer
  std::shared_ptr<const SourceLegacy> legacy = nullptr;  ///< of the last source of this target
  bool opaque = true;  ///< false: nobody looks at the alpha of pictures that are read in place
};

/// A function pointer that is null says that the system has no such thing.
struct Backend {
  std::string_view name;         ///< "x11", "dda", "wayland", "portal", "virtual"
  std::string_view description;  ///< one line for `list backends`
  bool automatic = true;         ///< may `--backend auto` choose it?
  Support (*probe)() = nullptr;
  /// The outputs, in the order of their indexes; throws CaptureError where the system cannot be
  /// reached.
  std::vector<TargetInfo> (*targets)() = nullptr;
  /// Resolves a name that `targets` does not list but the back end understands (virtual:
  /// "mover@640x480@30"); throws UsageError. Null where names are exactly those listed.
  TargetInfo (*resolve)(std::string_view name) = nullptr;
  /// Opens the target with this identity. Throws UsageError, DuplicationError, DeviceError,
  /// AccessLost (not there now).
  std::unique_ptr<FrameSource> (*open)(const TargetInfo& target,
                                       const SourceOptions& options) = nullptr;
  std::vector<WindowInfo> (*windows)() = nullptr;
  std::vector<DeviceInfo> (*devices)() = nullptr;
  /// Shows stimuli on a screen of this system.
  std::unique_ptr<Presenter> (*present)(const PresenterOptions& options) = nullptr;
};

/// Every back end of this build, in the order in which `auto` tries them. Defined by the build
/// (src/capture/backends.cpp.in).
std::span<const Backend* const> backends() noexcept;

/// Every name that some build of the program knows, "auto" not among them.
std::vector<std::string> backend_names();

/// By name. Throws UsageError for a name that no build knows (naming those that exist),
/// CaptureError for one that this build lacks or that cannot run here, with the reason. "auto": the
/// first available that may be chosen automatically; CaptureError naming the virtual back end where
/// there is none.
const Backend& find_backend(std::string_view name);

}  // namespace rustcam
