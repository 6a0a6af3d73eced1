#include "measure/stimulus_process.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "capture/capturer.h"
#include "stimulus/barcode.h"

namespace rustcam {

namespace {

std::vector<std::string> command_line(const Selection& selection, const std::string& scene,
                                      Rational rate) {
  std::vector<std::string> words{executable_path(),
                                 "stimulus",
                                 scene,
                                 "--backend",
                                 std::string(selection.backend->name()),
                                 "--hz",
                                 to_string(rate),
                                 "--json"};
  // Only the desktop knows which screen its dialogue has chosen.
  if (!selection.backend->chosen_by_dialogue())
    words.insert(words.end(), {"-o", selection.target.name});
  return words;
}

/// The counter is in the output's corner, which a region may leave out.
Selection whole_output(Selection selection) {
  selection.region.reset();
  return selection;
}

}  // namespace

StimulusProcess::StimulusProcess(const Selection& selection, const std::string& scene,
                                 Rational rate)
    : selection_(whole_output(selection)), process_(command_line(selection, scene, rate)) {}

bool StimulusProcess::wait_until_seen(Duration patience, const std::stop_token& stop) {
  constexpr Duration look = std::chrono::milliseconds(50);
  Capturer capturer(selection_, false);
  std::optional<std::uint32_t> first;
  for (const TimePoint end = now() + patience; now() < end && !stop.stop_requested();) {
    check();
    const std::optional<Frame> frame = capturer.grab({.timeout = look});
    if (!frame) continue;
    const std::optional<std::uint32_t> counter = read_barcode(frame->view());
    if (counter && first && *counter != *first) return true;
    if (counter && !first) first = counter;
  }
  return false;
}

void StimulusProcess::check() {
  const std::optional<int> status = process_.exit_status();
  if (!status) return;
  throw Error(*status == 0
                  ? "the stimulus was closed before the measurement was over; leave its window "
                    "open, or measure what is on the screen with --stimulus none"
                  : "the stimulus ended with exit status " + std::to_string(*status) +
                        "; run `rustcam-cli stimulus` by hand to see why, or measure what is on "
                        "the screen with --stimulus none");
}

std::optional<double> StimulusProcess::stop() {
  // Its device may take long to close, and what it tells comes after that.
  return presented_fps(process_.stop(std::chrono::seconds(10)));
}

std::optional<double> presented_fps(const std::string& document) {
  const auto parsed = nlohmann::json::parse(document, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  const auto field = parsed.find("presented_fps");
  if (field == parsed.end() || !field->is_number()) return std::nullopt;
  return field->get<double>();
}

}  // namespace rustcam
