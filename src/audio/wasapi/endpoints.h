// The devices of Windows' sound system ("endpoints").
#pragma once

// mmdeviceapi.h and audioclient.h need windows.h before them.
// clang-format off
#include <windows.h>
#include <mmdeviceapi.h>
#include <audioclient.h>
// clang-format on

#include <optional>
#include <string>
#include <vector>

#include "audio/sound_target.h"
#include "audio/wasapi/failure.h"
#include "audio/wasapi/sample_format.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::wasapi {

using Enumerator = win32::ComPtr<IMMDeviceEnumerator>;

struct Endpoint {
  SoundDevice device;
  win32::ComPtr<IMMDevice> object;
};

/// Throws DeviceError. Needs COM on this thread, as everything here.
Enumerator make_enumerator();

EDataFlow flow_of(SoundKind kind) noexcept;

/// Those that are on: what plays, then what records. Their rate and channels are not told. Throws
/// DeviceError.
std::vector<Endpoint> active_endpoints(const Enumerator& enumerator);

/// Nullopt if no device of that kind is on. Throws DeviceError.
std::optional<Endpoint> default_endpoint(const Enumerator& enumerator, SoundKind kind);
/// Its id; empty if there is none or Windows does not tell.
std::string default_id(const Enumerator& enumerator, SoundKind kind);

/// Throws as fail().
win32::ComPtr<IAudioClient> activate(const Endpoint& endpoint, Before before);

/// The format in which Windows mixes for the device, and that it may be opened in.
class MixFormat {
 public:
  /// Throws as fail().
  MixFormat(IAudioClient& client, Before before);
  ~MixFormat() { ::CoTaskMemFree(native_); }
  MixFormat(const MixFormat&) = delete;
  MixFormat& operator=(const MixFormat&) = delete;

  const WAVEFORMATEX* native() const noexcept { return native_; }
  /// Throws DeviceError if we cannot read it.
  SampleFormat parsed() const;

 private:
  WAVEFORMATEX* native_ = nullptr;
};

}  // namespace rustcam::wasapi
