#include "bed_commands.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shm_pixels.h"

namespace rustcam::test {

const char* const bed_usage = R"(wayland-bed: a Wayland compositor for tests.
Writes XDG_RUNTIME_DIR=... WAYLAND_DISPLAY=... when it is ready, then takes commands, a line each, and answers each with a
line; at the end of its input it writes its report as JSON. There are no outputs at first.
  add NAME [mode=WxH] [refresh=HZ] [scale=S] [transform=0..7] [place=X,Y] [logical=WxH] [make=T] [model=T] [description=T]
  change NAME ...            the same words, all of them anew
  remove NAME
  paint NAME L,T,R,B RRGGBB
  pixels NAME X,Y WxH FILE   raw bgra
  moving NAME SCENE HZ       a scene of rustcam-cli stimulus, by the clock
  still NAME                 no more of it
  pointer NAME X,Y | pointer hide
  shape WxH X,Y AARRGGBB     the pointer's size, hot spot and (premultiplied) colour
  offer wlr|ext|both|neither
  formats NAME...            of wl_shm, the best first
  fault NAME [TIMES]         0: no more
  silent | speaking          answer nothing, or again
  kill | restart
  faults                     names all
  report                     as JSON
)";

namespace {

using Words = std::vector<std::string>;

[[noreturn]] void wrong(const std::string& what) {
  throw std::invalid_argument("cannot make sense of '" + what + "'");
}

const std::string& word(const Words& words, std::size_t index) {
  if (index >= words.size()) throw std::invalid_argument("a word is missing");
  return words[index];
}

/// So many numbers with one separator in between.
template <std::size_t count>
std::array<std::int32_t, count> numbers(const std::string& text, char separator) {
  std::array<std::int32_t, count> values{};
  std::istringstream stream(text);
  for (std::size_t i = 0; i < count; ++i) {
    char between = separator;
    if (i > 0) stream >> between;
    if (between != separator || !(stream >> values[i])) wrong(text);
  }
  return values;
}

Point point(const std::string& text) {
  const auto [x, y] = numbers<2>(text, ',');
  return {x, y};
}

Size size(const std::string& text) {
  const auto [width, height] = numbers<2>(text, 'x');
  return {width, height};
}

std::uint32_t hex(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
}

OutputSettings settings_of(const Words& words) {
  OutputSettings settings;
  settings.name = word(words, 1);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos) wrong(words[i]);
    const std::string key = words[i].substr(0, equals);
    const std::string value = words[i].substr(equals + 1);
    if (key == "mode")
      settings.mode = size(value);
    else if (key == "refresh")
      settings.refresh = static_cast<std::int32_t>(std::stod(value) * 1000);
    else if (key == "scale")
      settings.scale = std::stod(value);
    else if (key == "transform")
      settings.transform = std::stoi(value);
    else if (key == "place")
      settings.place = point(value);
    else if (key == "logical")
      settings.logical = size(value);
    else if (key == "make")
      settings.make = value;
    else if (key == "model")
      settings.model = value;
    else if (key == "description")
      settings.description = value;
    else
      wrong(words[i]);
  }
  return settings;
}

void paint_file(Compositor& compositor, const Words& words) {
  const Size of = size(word(words, 3));
  std::ifstream file(word(words, 4), std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() != static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height) * 4)
    throw std::invalid_argument("the file's size does not fit");
  ConstImageView view;
  view.size = of;
  view.planes[0] = {reinterpret_cast<const std::uint8_t*>(bytes.data()),
                    std::ptrdiff_t{4} * of.width};
  compositor.paint(word(words, 1), point(word(words, 2)), view);
}

void set_shape(Compositor& compositor, const Words& words) {
  PointerImage image;
  image.size = size(word(words, 1));
  image.hot_spot = point(word(words, 2));
  image.pixels.assign(
      static_cast<std::size_t>(image.size.width) * static_cast<std::size_t>(image.size.height),
      hex(word(words, 3)));
  compositor.set_pointer_image(image);
}

void set_formats(Compositor& compositor, const Words& words) {
  std::vector<std::uint32_t> formats;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto format = shm_format_named(words[i]);
    if (!format) wrong(words[i]);
    formats.push_back(*format);
  }
  compositor.set_formats(formats);
}

void arm(Compositor& compositor, const Words& words) {
  const auto fault = fault_named(word(words, 1));
  if (!fault) wrong(words[1]);
  compositor.arm(*fault, words.size() > 2 ? std::stoi(words[2]) : Faults::for_ever);
}

void offer(Compositor& compositor, const Words& words) {
  static const std::map<std::string, Offer> offers{{"wlr", {true, false}},
                                                   {"ext", {false, true}},
                                                   {"both", {true, true}},
                                                   {"neither", {false, false}}};
  const auto found = offers.find(word(words, 1));
  if (found == offers.end()) wrong(words[1]);
  compositor.offer(found->second);
}

using Command = void (*)(Compositor&, const Words&);

const std::map<std::string, Command> commands{
    {"add", [](Compositor& c, const Words& w) { c.add_output(settings_of(w)); }},
    {"change", [](Compositor& c, const Words& w) { c.change_output(settings_of(w)); }},
    {"remove", [](Compositor& c, const Words& w) { c.remove_output(word(w, 1)); }},
    {"paint",
     [](Compositor& c, const Words& w) {
       const auto [left, top, right, bottom] = numbers<4>(word(w, 2), ',');
       c.paint(word(w, 1), {left, top, right, bottom}, hex(word(w, 3)));
     }},
    {"pixels", paint_file},
    {"moving",
     [](Compositor& c, const Words& w) { c.play(word(w, 1), word(w, 2), std::stod(word(w, 3))); }},
    {"still", [](Compositor& c, const Words& w) { c.stop_playing(word(w, 1)); }},
    {"pointer",
     [](Compositor& c, const Words& w) {
       if (word(w, 1) == "hide")
         c.hide_pointer();
       else
         c.move_pointer(w[1], point(word(w, 2)));
     }},
    {"shape", set_shape},
    {"formats", set_formats},
    {"fault", arm},
    {"offer", offer},
    {"silent", [](Compositor& c, const Words&) { c.set_silent(true); }},
    {"speaking", [](Compositor& c, const Words&) { c.set_silent(false); }},
    {"kill", [](Compositor& c, const Words&) { c.stop(); }},
    {"restart", [](Compositor& c, const Words&) { c.restart(); }},
};

}  // namespace

std::string bed_command(Compositor& compositor, const std::string& line) {
  std::istringstream stream(line);
  const Words words{std::istream_iterator<std::string>(stream), {}};
  if (word(words, 0) == "report") return bed_report(compositor);
  if (words[0] == "faults") {
    std::string all;
    for (const FaultName& each : fault_names())
      all.append(all.empty() ? "" : " ").append(each.name);
    return all;
  }
  const auto found = commands.find(words[0]);
  if (found == commands.end()) wrong(line);
  found->second(compositor, words);
  return "ok";
}

std::string bed_report(Compositor& compositor) {
  const CompositorReport report = compositor.report();
  const nlohmann::ordered_json document{{"violations", report.violations},
                                        {"careless", report.careless},
                                        {"counts", report.counts},
                                        {"faults", report.faults}};
  return document.dump();
}

}  // namespace rustcam::test
