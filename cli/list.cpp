#include "cli/list.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "audio/sound_backend.h"
#include "base/error.h"
#include "base/one_of.h"
#include "capture/registry.h"
#include "cli/capture_options.h"
#include "cli/document.h"
#include "cli/output_file.h"
#include "cli/table.h"
#include "cli/values.h"
#include "media/encoder_list.h"

namespace rustcam::cli {

namespace {

const std::vector<std::string> listings{"outputs", "windows",  "devices",
                                        "audio",   "encoders", "backends"};

/// What was found, for people and for programs.
struct Listing {
  Table table;
  Json array = Json::array();
};

std::string text_of(std::optional<double> hz) {
  std::array<char, 32> text{"?"};
  if (hz) std::snprintf(text.data(), text.size(), "%.2f Hz", *hz);
  return text.data();
}

std::string place_of(const Rect& r) {
  return to_string(r.size()) + "+" + std::to_string(r.left) + "+" + std::to_string(r.top);
}

[[noreturn]] void lacks(const Backend& backend, const std::string& what) {
  throw Error("the back end " + std::string(backend.name()) + " cannot list " + what +
              "; rustcam-cli list backends shows the others");
}

Listing list_outputs(const Backend& backend) {
  Listing out{Table({"INDEX", "NAME", "PLACE", "REFRESH", "PRIMARY", "DESCRIPTION"}),
              Json::array()};
  for (const TargetInfo& t : backend.targets(TargetKind::output)) {
    out.table.row({std::to_string(t.index), t.name, place_of(t.desktop), text_of(t.refresh_hz),
                   t.primary ? "yes" : "", t.description});
    out.array.push_back({{"index", t.index},
                         {"name", t.name},
                         {"description", or_null(t.description)},
                         {"backend", t.backend},
                         {"x", t.desktop.left},
                         {"y", t.desktop.top},
                         {"width", t.size().width},
                         {"height", t.size().height},
                         {"refresh_hz", or_null(t.refresh_hz)},
                         {"scale", t.scale},
                         {"rotation", static_cast<int>(t.rotation)},
                         {"primary", t.primary},
                         {"device", t.device},
                         {"hdr", or_null(t.hdr)}});
  }
  return out;
}

Listing list_windows(const Backend& backend) {
  if (!backend.lists(TargetKind::window)) lacks(backend, "windows");
  Listing out{Table({"ID", "PLACE", "PID", "TITLE"}), Json::array()};
  for (const TargetInfo& w : backend.targets(TargetKind::window)) {
    const std::uint64_t id = w.window.value_or(0);
    out.table.row(
        {std::to_string(id), place_of(w.desktop), w.pid ? std::to_string(*w.pid) : "?", w.name});
    out.array.push_back({{"id", id},
                         {"title", w.name},
                         {"pid", or_null(w.pid)},
                         {"x", w.desktop.left},
                         {"y", w.desktop.top},
                         {"width", w.desktop.width()},
                         {"height", w.desktop.height()}});
  }
  return out;
}

Listing list_devices(const Backend& backend) {
  const auto devices = backend.devices();
  if (!devices) lacks(backend, "devices");
  Listing out{Table({"INDEX", "NAME", "MEMORY", "OUTPUTS"}), Json::array()};
  for (const DeviceInfo& d : *devices) {
    std::string outputs;
    for (const std::string& name : d.outputs) outputs += (outputs.empty() ? "" : ", ") + name;
    out.table.row(
        {std::to_string(d.index), d.name,
         d.memory_bytes ? readable_bytes(static_cast<std::int64_t>(*d.memory_bytes)) : "?",
         outputs});
    out.array.push_back({{"index", d.index},
                         {"name", d.name},
                         {"vendor_id", or_null(d.vendor_id)},
                         {"luid", or_null(d.luid)},
                         {"memory_bytes", or_null(d.memory_bytes)},
                         {"outputs", d.outputs}});
  }
  return out;
}

Listing encoder_listing() {
  Listing out{Table({"NAME", "CODEC", "HARDWARE", "OPENS", "WHY NOT"}), Json::array()};
  for (const EncoderInfo& e : list_encoders()) {
    out.table.row(
        {e.name, e.codec, e.hardware ? "yes" : "", e.opens ? "yes" : "no", e.opens ? "" : e.error});
    out.array.push_back({{"name", e.name},
                         {"codec", e.codec},
                         {"hardware", e.hardware},
                         {"opens", e.opens},
                         {"error", or_null(e.error)}});
  }
  return out;
}

/// What `record --audio` takes, beside desktop and mic. With the back end that needs no screen: the
/// sounds that come with it.
Listing list_sounds(const std::string& backend) {
  Listing out{Table({"ID", "KIND", "DEFAULT", "RATE", "CHANNELS", "NAME"}), Json::array()};
  const SoundBackend& sounds = backend == screenless_backend() ? built_in_sound() : system_sound();
  for (const SoundDevice& d : sounds.devices()) {
    out.table.row({d.id, std::string(name(d.kind)), d.is_default ? "yes" : "",
                   d.rate ? std::to_string(*d.rate) : "?",
                   d.channels ? std::to_string(*d.channels) : "?", d.name});
    out.array.push_back({{"id", d.id},
                         {"name", d.name},
                         {"kind", name(d.kind)},
                         {"default", d.is_default},
                         {"rate", or_null(d.rate)},
                         {"channels", or_null(d.channels)}});
  }
  return out;
}

/// Those of this build, and those that another build has.
Listing list_backends() {
  Listing out{Table({"NAME", "AVAILABLE", "REASON"}), Json::array()};
  const auto add = [&out](const std::string& name, bool available, const std::string& reason) {
    out.table.row({name, available ? "yes" : "no", reason});
    out.array.push_back({{"name", name}, {"available", available}, {"reason", or_null(reason)}});
  };
  for (const Backend* backend : backends()) {
    const Support support = backend->probe();
    add(std::string(backend->name()), support.available, support.reason);
  }
  for (const RegisteredBackend& row : registered_backends())
    if (!row.backend) add(std::string(row.name), false, "not part of this build");
  return out;
}

}  // namespace

std::unique_ptr<Command> make_list() {
  return std::make_unique<List>();
}

void List::declare(Parser& parser) {
  parser.positional("WHAT", what_,
                    {{},
                     one_of(listings),
                     "outputs",
                     "encoders",
                     "`encoders` opens each of them to see whether it works",
                     listings});
  parser.section("Options");
  add_backend_option(parser, backend_, "whose outputs, windows or devices: ");
  parser.flag("--json", json_, "as a JSON document");
}

int List::run(Context&) {
  const std::string what = what_.value_or("outputs");
  parse_choice("WHAT", what, listings);
  const std::string backend = backend_.value_or("auto");
  const Listing listing = what == "encoders"   ? encoder_listing()
                          : what == "backends" ? list_backends()
                          : what == "audio"    ? list_sounds(backend)
                          : what == "windows"  ? list_windows(find_backend(backend))
                          : what == "devices"  ? list_devices(find_backend(backend))
                                               : list_outputs(find_backend(backend));
  if (json_) {
    Json document = new_document("rustcam.list/1");
    document[what] = listing.array;
    print(to_text(document));
  } else {
    print(listing.table.text());
  }
  return exit_done;
}

}  // namespace rustcam::cli
