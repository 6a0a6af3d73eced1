// What a sound server has: its devices and the programs that play.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/pulse/connection.h"
#include "audio/sound_target.h"

namespace rustcam::pulse {

/// Something that can be recorded by its name: a microphone, or a sink's monitor.
struct Recordable {
  SoundDevice device;  ///< id: the source's name
  std::string sink;    ///< a monitor's, else empty
  std::uint32_t sink_index = PA_INVALID_INDEX;
  pa_sample_spec spec{};
  pa_channel_map map{};
};

/// A stream that a program plays.
struct Playing {
  std::uint32_t index = 0;
  std::uint32_t sink_index = PA_INVALID_INDEX;
  std::string program;  ///< application.name
  std::string binary;   ///< application.process.binary
  pa_sample_spec spec{};
};

/// What is there now. Monitors first, in the server's order. Throws DeviceError.
std::vector<Recordable> recordables(Connection& connection);
std::vector<Playing> playing(Connection& connection);

/// For pa_context_get_sink_input_info_list; `into` is a vector of Playing.
void take_sink_input(pa_context*, const pa_sink_input_info* input, int end, void* into);

/// Whether a user who says `name` means this one. A name need not be spelt in the right case.
bool is_program(const Playing& one, std::string_view name);

struct ServerFacts {
  bool pipewire = false;
  // The defaults' names; empty if there is none.
  std::string sink;
  std::string source;
};
ServerFacts server_facts(Connection& connection);
/// For pa_context_get_server_info; `into` is a ServerFacts.
void take_server(pa_context*, const pa_server_info* server, void* into);

}  // namespace rustcam::pulse
