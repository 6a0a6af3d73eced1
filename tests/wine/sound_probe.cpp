// Shows Windows' sound system as the program has it, without the rest of the program.
//   sound_probe list
//   sound_probe record SOURCE SECONDS [SAMPLES-FILE]
//   sound_probe again SOURCE SECONDS [SAMPLES-FILE]
// `record` opens a source (as -a takes it), `again` one that was there before. Either ends when so
// much sound has come, when the source has moved, or after a minute; samples are interleaved
// float32. Prints a line of JSON once it is open, and one at the end; what is thrown is one, too.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/sound_backend.h"
#include "base/error.h"
#include "platform/clock.h"

using namespace rustcam;
using Json = nlohmann::json;

namespace {

Json described(const SoundDevice& device) {
  Json json{{"id", device.id},           {"name", device.name},
            {"kind", name(device.kind)}, {"default", device.is_default},
            {"rate", nullptr},           {"channels", nullptr}};
  if (device.rate) json["rate"] = *device.rate;
  if (device.channels) json["channels"] = *device.channels;
  return json;
}

Json list() {
  Json devices = Json::array();
  for (const SoundDevice& device : system_sound().devices()) devices.push_back(described(device));
  return {{"name", system_sound().name()},
          {"reason_against", system_sound().reason_against()},
          {"devices", devices}};
}

const char* text(SoundStatus status) {
  switch (status) {
    case SoundStatus::block:
      return "block";
    case SoundStatus::timed_out:
      return "timed_out";
    case SoundStatus::moved:
      return "moved";
    case SoundStatus::cancelled:
      return "cancelled";
  }
  return "";
}

Json record(const std::string& target, double seconds, std::ofstream samples, bool again) {
  Clock& clock = machine_clock();
  const SoundMix mix = parse_sound(target);
  const auto source = system_sound().open(mix.sources.at(0), {{}, clock}, again);
  const TimePoint opened = clock.now();
  const TimePoint deadline = opened + std::chrono::minutes(1);
  std::cout << described(source->device()).dump() << std::endl;
  Json blocks = Json::array();
  SoundBlock block;
  SoundStatus status = SoundStatus::block;
  double got = 0;
  while (got < seconds && (status = source->read(block, deadline, {})) == SoundStatus::block) {
    got += static_cast<double>(block.frames) / source->rate();
    blocks.push_back({{"made_s", to_s(block.made - opened)},
                      {"came_s", to_s(clock.now() - opened)},
                      {"frames", block.frames},
                      {"silent", block.samples.empty()},
                      {"broken", block.broken}});
    const std::vector<float> hole(
        block.samples.empty() ? static_cast<std::size_t>(block.frames * source->channels()) : 0);
    const std::span<const float> all = block.samples.empty() ? std::span(hole) : block.samples;
    samples.write(reinterpret_cast<const char*>(all.data()),
                  static_cast<std::streamsize>(all.size_bytes()));
  }
  return {{"rate", source->rate()},
          {"channels", source->channels()},
          {"ended", text(status)},
          {"blocks", blocks}};
}

Json run(const std::vector<std::string>& words) {
  if (words.at(0) == "list") return list();
  std::ofstream samples;
  if (words.size() > 3) samples.open(words[3], std::ios::binary);
  return record(words.at(1), std::atof(words.at(2).c_str()), std::move(samples),
                words.at(0) == "again");
}

}  // namespace

int main(int argc, char** argv) {
  Json said;
  try {
    said = run({argv + 1, argv + argc});
  } catch (const UsageError& error) {
    said = {{"thrown", "UsageError"}, {"what", error.what()}};
  } catch (const AccessLost& error) {
    said = {{"thrown", "AccessLost"}, {"what", error.what()}, {"native_code", error.native_code()}};
  } catch (const DeviceError& error) {
    said = {
        {"thrown", "DeviceError"}, {"what", error.what()}, {"native_code", error.native_code()}};
  }
  std::cout << said.dump() << "\n";
  return 0;
}
