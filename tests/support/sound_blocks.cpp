// usage: sound_blocks reason | list | record SOURCE SECONDS FILE [again]
// Drives the system's sound from outside. `record` writes the samples to FILE as floats, and a line
// of JSON for each block and for each thing that happens, for SECONDS from the first block on; a
// line on stdin ends it. Whatever is thrown is the last line.
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>

#include "audio/sound_backend.h"
#include "base/error.h"
#include "platform/clock.h"

namespace rustcam {
namespace {

using nlohmann::json;

std::int64_t ns(TimePoint time) {
  return time.time_since_epoch().count();
}

void tell(const json& line) {
  std::cout << line.dump() << std::endl;
}

json described(const SoundDevice& device) {
  json row{{"id", device.id},
           {"name", device.name},
           {"kind", name(device.kind)},
           {"default", device.is_default}};
  if (device.rate) row["rate"] = *device.rate;
  if (device.channels) row["channels"] = *device.channels;
  return row;
}

void record(const char* what, double seconds, const char* file, bool again) {
  std::ofstream samples(file, std::ios::binary);
  const SoundTarget target = parse_sound(what).sources.at(0);
  const auto source = system_sound().open(target, {std::nullopt, machine_clock()}, again);
  tell({{"event", "open"},
        {"device", described(source->device())},
        {"rate", source->rate()},
        {"channels", source->channels()}});
  std::stop_source stop;
  std::thread([stop]() mutable {
    char c = 0;
    if (read(STDIN_FILENO, &c, 1) > 0) {
      tell({{"event", "stop"}, {"at", ns(now())}});
      stop.request_stop();
    }
  }).detach();
  // An idle null sink of PulseAudio has two seconds of silence ready, which nobody sees again.
  TimePoint until = now() + std::chrono::seconds(10);
  bool begun = false;
  while (now() < until) {
    SoundBlock block;
    switch (source->read(block, until, stop.get_token())) {
      case SoundStatus::block:
        if (!begun) until = now() + from_s(seconds);
        begun = true;
        tell({{"event", "block"},
              {"made", ns(block.made)},
              {"at", ns(now())},
              {"frames", block.frames},
              {"silent", block.samples.empty()},
              {"broken", block.broken}});
        if (block.samples.empty())
          for (std::int64_t i = 0; i < block.frames * source->channels(); ++i)
            samples.write("\0\0\0\0", sizeof(float));
        samples.write(reinterpret_cast<const char*>(block.samples.data()),
                      static_cast<std::streamsize>(block.samples.size_bytes()));
        break;
      case SoundStatus::timed_out:
        break;
      case SoundStatus::moved:
        tell({{"event", "moved"}, {"at", ns(now())}});
        return;
      case SoundStatus::cancelled:
        tell({{"event", "cancelled"}, {"at", ns(now())}});
        return;
    }
  }
}

int run(int count, char** arguments) {
  const std::string command = count > 1 ? arguments[1] : "";
  if (command == "reason") {
    tell(system_sound().reason_against());
  } else if (command == "list") {
    for (const SoundDevice& each : system_sound().devices()) tell(described(each));
  } else if (command == "record" && count > 4) {
    record(arguments[2], std::atof(arguments[3]), arguments[4], count > 5);
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace rustcam

int main(int count, char** arguments) {
  const auto failed = [](const char* kind, const std::exception& error) {
    rustcam::tell({{"event", kind}, {"what", error.what()}, {"at", rustcam::ns(rustcam::now())}});
  };
  try {
    return rustcam::run(count, arguments);
  } catch (const rustcam::AccessLost& error) {
    failed("AccessLost", error);
  } catch (const rustcam::DeviceError& error) {
    failed("DeviceError", error);
  } catch (const rustcam::UsageError& error) {
    failed("UsageError", error);
  } catch (const std::exception& error) {
    failed("error", error);
  }
  return 0;
}
