// Whether the default device is another one now.
#pragma once

#include <memory>
#include <string>

#include "audio/sound_target.h"
#include "audio/wasapi/endpoints.h"

namespace rustcam::wasapi {

/// Told by Windows, on a thread of its own.
class DefaultWatch {
 public:
  /// `id`: of the device that was the default of `kind`. Throws DeviceError.
  DefaultWatch(Enumerator enumerator, SoundKind kind, const std::string& id);
  ~DefaultWatch();
  DefaultWatch(const DefaultWatch&) = delete;
  DefaultWatch& operator=(const DefaultWatch&) = delete;

  bool moved() const noexcept;

 private:
  class Listener;
  Enumerator enumerator_;
  win32::ComPtr<Listener> listener_;
};

}  // namespace rustcam::wasapi
