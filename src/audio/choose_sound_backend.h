// Which sound system records a source. Calls for all of them, so whoever uses it links them.
#pragma once

#include "audio/sound_backend.h"

namespace rustcam {

/// The built-in one for its own devices, else the system's.
inline const SoundBackend& choose_sound_backend(const SoundTarget& target) {
  const bool named =
      target.kind == SoundTarget::Kind::device || target.kind == SoundTarget::Kind::any;
  return named && built_in_sound().knows(target.name) ? built_in_sound() : system_sound();
}

}  // namespace rustcam
