// Windows' sound system, as src/audio knows it.
#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/sound_backend.h"
#include "audio/wasapi/com_apartment.h"
#include "audio/wasapi/endpoints.h"
#include "audio/wasapi/source.h"
#include "base/error.h"

namespace rustcam {
namespace wasapi {
namespace {

using Kind = SoundTarget::Kind;

/// By id, else by name; null if there is none.
const Endpoint* find(const std::vector<Endpoint>& endpoints, const std::string& wanted) {
  const auto by = [&](std::string SoundDevice::*field) {
    const auto found = std::ranges::find_if(
        endpoints, [&](const Endpoint& e) { return e.device.*field == wanted; });
    return found == endpoints.end() ? nullptr : &*found;
  };
  const Endpoint* const found = by(&SoundDevice::id);
  return found != nullptr ? found : by(&SoundDevice::name);
}

[[noreturn]] void fail_unknown(const std::vector<Endpoint>& endpoints, const std::string& wanted) {
  std::string names;
  for (const Endpoint& endpoint : endpoints)
    names += (names.empty() ? "'" : ", '") + endpoint.device.name + "'";
  throw UsageError("there is no sound device '" + wanted + "'; " +
                   (names.empty()
                        ? "none is on: connect one, or enable it under Settings, System, Sound"
                        : "there are " + names));
}

Endpoint choose_default(const Enumerator& enumerator, SoundKind kind, bool again) {
  if (auto endpoint = default_endpoint(enumerator, kind)) return *endpoint;
  const std::string message = std::string(kind == SoundKind::mic ? "no microphone or line input"
                                                                 : "no device that plays sound") +
                              " is on; connect one, or enable it under Settings, System, Sound";
  if (again) throw AccessLost(message);
  throw DeviceError(message);
}

Endpoint choose_named(const Enumerator& enumerator, const std::string& wanted, bool again) {
  const auto endpoints = active_endpoints(enumerator);
  if (const Endpoint* const found = find(endpoints, wanted)) return *found;
  if (again) throw AccessLost("the sound device '" + wanted + "' is away; connect it again");
  fail_unknown(endpoints, wanted);
}

Endpoint choose(const Enumerator& enumerator, const SoundTarget& target, bool again) {
  switch (target.kind) {
    case Kind::default_output:
      return choose_default(enumerator, SoundKind::desktop, again);
    case Kind::default_input:
      return choose_default(enumerator, SoundKind::mic, again);
    case Kind::app:
      throw UsageError(
          "the sound of one program (app:" + target.name +
          ") cannot be recorded on Windows yet; record all that is played with -a desktop");
    case Kind::device:
    case Kind::any:
      break;
  }
  return choose_named(enumerator, target.name, again);
}

/// What the list tells beyond names; a device that cannot be asked now is listed all the same.
void add_format(Endpoint& endpoint) {
  try {
    const auto client = activate(endpoint, Before::never);
    const SampleFormat format = MixFormat(*client, Before::never).parsed();
    endpoint.device.rate = format.rate;
    endpoint.device.channels = format.channels;
  } catch (const CaptureError&) {  // left unknown
  }
}

/// WASAPI, in shared mode (Windows 8 and later).
class WasapiBackend final : public SoundBackend {
 public:
  WasapiBackend() noexcept : SoundBackend("wasapi") {}

  std::string reason_against() const override {
    try {
      const ComApartment com;
      const auto enumerator = make_enumerator();
      auto endpoints = active_endpoints(enumerator);
      if (endpoints.empty())
        return "no sound device is on; connect one, or enable it under Settings, System, Sound";
      MixFormat(*activate(endpoints.front(), Before::never), Before::never);
      return {};
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  std::vector<SoundDevice> devices() const override {
    const ComApartment com;
    std::vector<SoundDevice> devices;
    for (Endpoint& endpoint : active_endpoints(make_enumerator())) {
      add_format(endpoint);
      devices.push_back(endpoint.device);
    }
    return devices;
  }

  std::unique_ptr<SoundSource> open(const SoundTarget& target, const SoundOptions& options,
                                    bool again) const override {
    const ComApartment com;
    const auto enumerator = make_enumerator();
    const Endpoint endpoint = choose(enumerator, target, again);
    const bool follow = target.kind == Kind::default_output || target.kind == Kind::default_input;
    return std::make_unique<WasapiSource>(enumerator, endpoint, follow,
                                          again ? Before::worked : Before::never, options.clock);
  }
};

}  // namespace
}  // namespace wasapi

const SoundBackend& system_sound() noexcept {
  static const wasapi::WasapiBackend backend;
  return backend;
}

}  // namespace rustcam
