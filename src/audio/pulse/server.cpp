#include "audio/pulse/server.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rustcam::pulse {
namespace {

std::string text(const char* value) {
  return value == nullptr ? "" : value;
}

std::string property(const pa_proplist* list, const char* key) {
  return list == nullptr ? "" : text(library().proplist_gets(list, key));
}

struct Listing {
  std::vector<Recordable> monitors;
  std::vector<Recordable> microphones;
};

void take_sink(pa_context*, const pa_sink_info* sink, int end, void* into) {
  if (end != 0) return;
  Recordable one;
  one.device.id = text(sink->monitor_source_name);
  one.device.name = text(sink->description);
  one.device.kind = SoundKind::desktop;
  one.sink = text(sink->name);
  one.sink_index = sink->index;
  static_cast<Listing*>(into)->monitors.push_back(std::move(one));
}

void take_source(pa_context*, const pa_source_info* source, int end, void* into) {
  if (end != 0) return;
  auto& [monitors, microphones] = *static_cast<Listing*>(into);
  Recordable* one = nullptr;
  if (source->monitor_of_sink == PA_INVALID_INDEX) {
    one = &microphones.emplace_back();
    one->device.id = text(source->name);
    one->device.name = text(source->description);
    one->device.kind = SoundKind::mic;
  } else {
    const auto found = std::find_if(monitors.begin(), monitors.end(), [&](const Recordable& each) {
      return each.device.id == text(source->name);
    });
    if (found == monitors.end()) return;  // its sink has come in between
    one = &*found;
  }
  one->spec = source->sample_spec;
  one->map = source->channel_map;
  one->device.rate = static_cast<int>(source->sample_spec.rate);
  one->device.channels = source->sample_spec.channels;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void take_sink_input(pa_context*, const pa_sink_input_info* input, int end, void* into) {
  if (end != 0) return;
  Playing one;
  one.index = input->index;
  one.sink_index = input->sink;
  one.program = property(input->proplist, PA_PROP_APPLICATION_NAME);
  one.binary = property(input->proplist, PA_PROP_APPLICATION_PROCESS_BINARY);
  one.spec = input->sample_spec;
  static_cast<std::vector<Playing>*>(into)->push_back(std::move(one));
}

void take_server(pa_context*, const pa_server_info* server, void* into) {
  if (server == nullptr) return;
  *static_cast<ServerFacts*>(into) = {
      text(server->server_name).find("PipeWire") != std::string::npos,
      text(server->default_sink_name), text(server->default_source_name)};
}

bool is_program(const Playing& one, std::string_view name) {
  return same_name(one.program, name) || same_name(one.binary, name);
}

ServerFacts server_facts(Connection& connection) {
  ServerFacts found;
  connection.finish(library().context_get_server_info(connection.context(), &take_server, &found));
  return found;
}

std::vector<Recordable> recordables(Connection& connection) {
  const ServerFacts chosen = server_facts(connection);
  Listing listing;
  pa_context* context = connection.context();
  connection.finish(library().context_get_sink_info_list(context, &take_sink, &listing));
  connection.finish(library().context_get_source_info_list(context, &take_source, &listing));
  // A sink that went in between has no monitor any more.
  std::erase_if(listing.monitors, [](const Recordable& one) { return one.spec.rate == 0; });
  for (Recordable& one : listing.monitors) one.device.is_default = one.sink == chosen.sink;
  for (Recordable& one : listing.microphones)
    one.device.is_default = one.device.id == chosen.source;
  std::vector<Recordable> all = std::move(listing.monitors);
  all.insert(all.end(), listing.microphones.begin(), listing.microphones.end());
  return all;
}

std::vector<Playing> playing(Connection& connection) {
  std::vector<Playing> found;
  connection.finish(
      library().context_get_sink_input_info_list(connection.context(), &take_sink_input, &found));
  return found;
}

}  // namespace rustcam::pulse
