// What the rest of the program sees of this sound system.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audio/pulse/app_source.h"
#include "audio/pulse/connection.h"
#include "audio/pulse/device_source.h"
#include "audio/pulse/server.h"
#include "audio/sound_backend.h"
#include "base/error.h"

namespace rustcam {
namespace pulse {
namespace {

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

/// "there is no …", and what there is.
std::string there_is(const std::vector<Recordable>& devices, const std::vector<Playing>& programs) {
  std::vector<std::string> names;
  for (const Recordable& each : devices)
    names.push_back(quoted(each.device.id) + " (" + each.device.name + ")");
  for (const Playing& each : programs) names.push_back("app:" + each.program);
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  return all.empty() ? "; there is nothing to record" : "; there is " + all;
}

/// By its id, the name of its sink, or its name for people, in this order.
const Recordable* find_device(const std::vector<Recordable>& devices, const std::string& name) {
  for (const auto& matches :
       {+[](const Recordable&one, const std::string&n) { return one.device.id == n; },
        +[](const Recordable&one, const std::string&n) { return one.sink == n; },
        +[](const Recordable&one, const std::string&n) { return one.device.name == n; }}) {
    const auto found = std::find_if(devices.begin(), devices.end(),
                                    [&](const Recordable& one) { return matches(one, name); });
    if (found != devices.end()) return &*found;
  }
  return nullptr;
}

[[noreturn]] void refuse(const std::string& what, bool again,
                         const std::vector<Recordable>& devices,
                         const std::vector<Playing>& programs) {
  if (again) throw AccessLost(what);
  throw UsageError(what + there_is(devices, programs));
}

class PulseBackend final : public SoundBackend {
 public:
  PulseBackend() noexcept : SoundBackend("pulse") {}

  std::string reason_against() const override {
    try {
      const Connection connection;
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  std::vector<SoundDevice> devices() const override {
    Connection connection;
    std::vector<SoundDevice> all;
    for (Recordable& each : recordables(connection)) all.push_back(std::move(each.device));
    for (const Playing& each : playing(connection)) {
      const auto same = [&](const SoundDevice& one) {
        return one.kind == SoundKind::app && one.id == each.program;
      };
      if (each.program.empty() || std::any_of(all.begin(), all.end(), same)) continue;
      SoundDevice program;
      program.id = program.name = each.program;
      program.kind = SoundKind::app;
      program.rate = static_cast<int>(each.spec.rate);
      program.channels = each.spec.channels;
      all.push_back(std::move(program));
    }
    return all;
  }

  std::unique_ptr<SoundSource> open(const SoundTarget& target, const SoundOptions&,
                                    bool again) const override {
    auto connection = std::make_unique<Connection>();
    const std::vector<Recordable> all = recordables(*connection);
    const Recordable* chosen = nullptr;
    Follows follows = Follows::nothing;
    switch (target.kind) {
      case SoundTarget::Kind::default_output:
        follows = Follows::default_sink;
        chosen = find_default(all, server_facts(*connection).sink, SoundKind::desktop);
        if (chosen == nullptr) refuse("there is no output of sound", again, all, {});
        break;
      case SoundTarget::Kind::default_input:
        follows = Follows::default_source;
        chosen = find_default(all, server_facts(*connection).source, SoundKind::mic);
        if (chosen == nullptr) refuse("there is no microphone", again, all, {});
        break;
      case SoundTarget::Kind::device:
        chosen = find_device(all, target.name);
        if (chosen == nullptr)
          refuse("there is no sound device " + quoted(target.name), again, all, {});
        break;
      case SoundTarget::Kind::app:
        return std::make_unique<AppSource>(std::move(connection), target.name);
      case SoundTarget::Kind::any: {
        chosen = find_device(all, target.name);
        if (chosen != nullptr) break;
        const std::vector<Playing> programs = playing(*connection);
        if (std::any_of(programs.begin(), programs.end(),
                        [&](const Playing& one) { return is_program(one, target.name); }))
          return std::make_unique<AppSource>(std::move(connection), target.name);
        refuse("there is no sound device or program " + quoted(target.name), again, all, programs);
      }
    }
    return std::make_unique<DeviceSource>(std::move(connection), *chosen, follows);
  }

 private:
  /// A server without a microphone names a monitor as its default input.
  static const Recordable* find_default(const std::vector<Recordable>& all, const std::string& name,
                                        SoundKind kind) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Recordable& one) {
      return one.device.kind == kind && (one.sink == name || one.device.id == name);
    });
    return found == all.end() ? nullptr : &*found;
  }
};

}  // namespace
}  // namespace pulse

const SoundBackend& system_sound() noexcept {
  static const pulse::PulseBackend backend;
  return backend;
}

}  // namespace rustcam
