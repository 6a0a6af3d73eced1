// What the user chose in the portal's dialogue, remembered for the next run.
#pragma once

#include <optional>
#include <string>

#include "base/geometry.h"
#include "capture/target.h"

namespace rustcam::portal {

struct Choice {
  std::string restore_token;      ///< good for one use
  std::optional<Size> size;       ///< in pixels, as last seen
  std::optional<Point> position;  ///< in desktop coordinates
};

/// `$XDG_STATE_HOME/rustcam-cli`, or `~/.local/state/rustcam-cli`; nullopt if neither variable
/// names a full path.
std::optional<std::string> state_folder();

/// One for each kind of target. nullopt if none is remembered, or what is there makes no sense.
std::optional<Choice> remembered_choice(TargetKind kind);
/// Replaces what is remembered, at once or not at all; only the user may read it (0600). Throws
/// Error that names the file.
void remember_choice(TargetKind kind, const Choice& choice);

}  // namespace rustcam::portal
