#include "cli/doctor.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "audio/sound_backend.h"
#include "base/error.h"
#include "base/utf8.h"
#include "capture/desktop_session.h"
#include "capture/registry.h"
#include "cli/capture_options.h"
#include "cli/document.h"
#include "cli/grab.h"
#include "cli/output_file.h"
#include "cli/table.h"
#include "media/encoder_list.h"
#include "platform/file.h"
#include "platform/precise_timer.h"

namespace rustcam::cli {

namespace {

std::string printed(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// With each of the system's answers.
const Patience patience{.limit = std::chrono::seconds(3)};

/// One for each back end of this build; none of them is vital by itself.
void check_backends(std::vector<Check>& checks) {
  for (const Backend* backend : backends()) {
    const Support support = backend->probe(patience);
    Check check{"backend " + std::string(backend->name()), support.available, support.reason, {}};
    if (check.detail.empty()) check.detail = "can run here";
    if (!check.ok) check.fix = "needed only if that system is the screen's; else nothing to do";
    checks.push_back(std::move(check));
  }
}

void check_capture(const Selection& selection, std::vector<Check>& checks) {
  const std::string name = "capture";
  try {
    const TimePoint begun = now();
    const auto frame = grab(selection, true, std::chrono::seconds(2), [] { return false; });
    checks.push_back({name,
                      true,
                      "one picture of " + selection.target.name + ", " + to_string(frame->size()) +
                          ", in " + printed("%.1f ms", to_us(now() - begun) / 1000),
                      {},
                      true});
  } catch (const std::exception& error) {
    checks.push_back({name, false, error.what(),
                      "see that the screen is on and not locked, then run doctor again", true});
  }
}

/// What to do if the session's screen cannot be captured.
std::string way_out() {
  const std::string virtual_one = "use --backend " + std::string(screenless_backend());
  if (in_wayland_session())
    return "install the desktop's portal and PipeWire (Debian: xdg-desktop-portal-gnome, -kde or "
           "-wlr; pipewire, wireplumber), or use a Wayland compositor that lets programs capture "
           "its "
           "screen (sway, labwc, Hyprland, COSMIC, niri), or log in to an X11 session (often "
           "called Xorg in the login screen's "
           "menu), or " +
           virtual_one + ", which needs no screen";
  return "run this in a graphical session (DISPLAY or WAYLAND_DISPLAY set), or " + virtual_one +
         ", which needs none";
}

/// The screen itself: reachable, with outputs, and a picture of one.
void check_screen(const std::string& backend, std::vector<Check>& checks) {
  Selection selection;
  try {
    TargetRequest request;
    request.backend = backend;
    request.patience = patience;
    selection = select_target(request);
  } catch (const std::exception& error) {
    checks.push_back({"display", false, error.what(), way_out(), true});
    return;
  }
  checks.push_back(
      {"display", true, "back end " + std::string(selection.backend->name()), {}, true});
  std::string names;
  const std::vector<TargetInfo> targets =
      selection.backend->chosen_by_dialogue()
          ? std::vector{selection.target}
          : selection.backend->targets(TargetKind::output, patience);
  for (const TargetInfo& target : targets)
    names += (names.empty() ? "" : ", ") + target.name + " " + to_string(target.size());
  checks.push_back({"outputs", true, names, {}, true});
  if (const std::string& why = selection.target.changes_unknown; !why.empty())
    checks.push_back({"changes", false, why + ": the whole screen is compared for every frame",
                      "use an X server with the Damage extension and 24-bit true colour"});
  const auto shortfall = selection.backend->shortfall();
  for (const std::string& note : selection.notes)
    if (!shortfall || !note.starts_with(*shortfall)) checks.push_back({"session", false, note, {}});
  // A picture of that is no picture of the screen, unless it was asked for by name.
  if (shortfall) checks.push_back({"session", false, *shortfall, way_out(), backend == "auto"});
  check_capture(selection, checks);
}

void check_encoders(std::vector<Check>& checks) {
  const auto add = [&](const std::string& label, const std::string& name, bool vital,
                       const std::string& fix) {
    const auto found = examine_encoder(name);
    if (!found)
      checks.push_back({label, false, "FFmpeg here has no " + name, fix, vital});
    else
      checks.push_back({label, found->opens, found->opens ? name + " opens" : found->error,
                        found->opens ? "" : fix, vital});
  };
  try {
    add("encoder x264", "libx264", true, "install an FFmpeg that was built with libx264");
    add("encoder nvenc", "h264_nvenc", false,
        "needed only for hardware encoding: an NVIDIA GPU and its driver; else x264 is used");
  } catch (const MediaError& error) {
    checks.push_back({"FFmpeg", false, error.what(),
                      "install the FFmpeg libraries that this program was built with", true});
  }
}

/// What `record --audio desktop` and `mic` would take.
Check check_sound() {
  const SoundBackend& sound = system_sound();
  const std::string label = "sound";
  if (const std::string reason = sound.reason_against(); !reason.empty())
    return {label, false, reason, "needed only to record sound"};
  try {
    std::string found;
    for (const SoundDevice& device : sound.devices())
      if (device.is_default)
        found += (found.empty() ? "" : "; ") + std::string(name(device.kind)) + ": " + device.name;
    const bool any = !found.empty();
    return {
        label, any, any ? found : "the sound server has no device",
        any ? "" : "needed only to record sound: see that a sound card is there and switched on"};
  } catch (const std::exception& error) {
    return {label, false, error.what(), "needed only to record sound"};
  }
}

Check check_folder() {
  const std::string path = default_file_name(".doctor");
  try {
    const ClaimedFile tried(path);
    return {"folder", true, "files can be made in the current folder", {}, true};
  } catch (const Error& error) {
    return {"folder", false, error.what(),
            "go to a folder where you may write, or give FILE a full path", true};
  }
}

Check check_disk() {
  constexpr std::int64_t ten_minutes_of_1080p = 1'000'000'000;
  const auto space = free_space(".");
  if (!space) return {"disk", true, "free space is not known", {}};
  const bool enough = *space >= ten_minutes_of_1080p;
  return {"disk", enough, readable_bytes(*space) + " free here",
          enough ? "" : "make room, or record to another disk: --max-size sets a limit"};
}

/// How late the system wakes us, of 100 sleeps of a millisecond.
Check check_timer() {
  constexpr std::size_t sleeps = 100;
  constexpr double good_enough_us = 1000;
  PreciseTimer timer;
  std::vector<double> late_us;
  for (std::size_t i = 0; i < sleeps; ++i) {
    const TimePoint deadline = now() + std::chrono::milliseconds(1);
    timer.sleep_until(deadline);
    late_us.push_back(to_us(now() - deadline));
  }
  std::sort(late_us.begin(), late_us.end());
  const double p50 = late_us[sleeps / 2];
  const double p99 = late_us[sleeps - 1];
  const bool ok = late_us[sleeps * 9 / 10] < good_enough_us;
  return {"timer", ok,
          "wakes " + printed("%.0f us", p50) + " late, at worst " + printed("%.0f us", p99),
          ok ? "" : "the machine is busy: close other programs while recording"};
}

}  // namespace

std::unique_ptr<Command> make_doctor() {
  return std::make_unique<Doctor>();
}

void Doctor::declare(Parser& parser) {
  parser.section("Options");
  add_backend_option(parser, backend_, "which screen to try: ");
  parser.flag("--json", json_, "as a JSON document");
}

int Doctor::run(Context&) {
  std::vector<Check> checks;
  check_screen(backend_.value_or("auto"), checks);
  check_backends(checks);
  check_encoders(checks);
  checks.push_back(check_sound());
  checks.push_back(check_folder());
  checks.push_back(check_disk());
  checks.push_back(check_timer());
  if (json_) {
    Json document = new_document("rustcam.doctor/1");
    document["checks"] = Json::array();
    for (const Check& c : checks)
      document["checks"].push_back(
          {{"name", c.name}, {"ok", c.ok}, {"detail", c.detail}, {"fix", or_null(c.fix)}});
    print(to_text(document));
  } else {
    print(doctor_report(checks));
  }
  return std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.ok || !c.vital; })
             ? exit_done
             : exit_failed;
}

std::string doctor_report(const std::vector<Check>& checks) {
  std::size_t width = 0;
  for (const Check& c : checks) width = std::max(width, utf8_length(c.name));
  std::string out;
  for (const Check& c : checks) {
    out += std::string(c.ok      ? "ok    "
                       : c.vital ? "FAIL  "
                                 : "no    ") +
           printable(c.name) + std::string(width - utf8_length(c.name) + 2, ' ') +
           one_line(c.detail) + "\n";
    if (!c.fix.empty()) out += std::string(width + 8, ' ') + "fix: " + one_line(c.fix) + "\n";
  }
  const bool works =
      std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.ok || !c.vital; });
  return out + (works ? "\nRecording works here.\n"
                      : "\nRecording does not work here yet: fix what says FAIL.\n");
}

}  // namespace rustcam::cli
