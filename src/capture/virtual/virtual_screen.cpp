#include "capture/virtual/virtual_screen.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "stimulus/scene.h"

namespace rustcam::virtual_display {
namespace {

constexpr std::int32_t shortest_side = 16;
constexpr std::int32_t longest_side = 16384;
constexpr double longest_time_s = 1e6;

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  std::string stimuli;
  for (const std::string& known : scene_names()) stimuli += (stimuli.empty() ? "" : ", ") + known;
  throw UsageError("\"" + std::string(name) + "\" is no virtual output: " + why +
                   "; the form is STIMULUS[@WxH[@HZ]], the stimuli are " + stimuli);
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0) || value > longest_time_s) return std::nullopt;
  return value;
}

std::optional<Size> picture_size(std::string_view text) {
  const auto x = text.find('x');
  if (x == std::string_view::npos) return std::nullopt;
  const auto width = integer(text.substr(0, x));
  const auto height = integer(text.substr(x + 1));
  if (!width || !height || std::min(*width, *height) < shortest_side ||
      std::max(*width, *height) > longest_side)
    return std::nullopt;
  return Size{static_cast<std::int32_t>(*width), static_cast<std::int32_t>(*height)};
}

std::pair<std::string_view, std::string_view> halves(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::optional<Interval> interval(std::string_view text) {
  const auto [from, length] = halves(text, '+');
  const auto start = seconds(from);
  const auto span = length.empty() ? std::optional(longest_time_s) : seconds(length);
  if (!start || !span) return std::nullopt;
  return Interval{*start, *span};
}

std::optional<PointerKind> pointer_kind(std::string_view text) {
  if (text == "color") return PointerKind::straight_alpha;
  if (text == "premultiplied") return PointerKind::premultiplied_alpha;
  if (text == "masked") return PointerKind::masked_color;
  if (text == "mono") return PointerKind::monochrome;
  return std::nullopt;
}

/// False if the key is unknown or its value is not of its form.
bool set(Screen& screen, std::string_view key, std::string_view value) {
  if (key == "loss") {
    const auto span = interval(value);
    if (span) screen.losses.push_back(*span);
    return span.has_value();
  }
  if (key == "death") return (screen.death = interval(value)).has_value();
  if (key == "stall") return (screen.stall = interval(value)).has_value();
  if (key == "resize") {
    const auto [at, text] = halves(value, ':');
    const auto when = seconds(at);
    const auto size = picture_size(text);
    if (!when || !size) return false;
    screen.sizes.push_back({*when, *size});
    return true;
  }
  if (key == "rotate") {
    const auto [at, text] = halves(value, ':');
    const auto when = seconds(at);
    const auto degrees = integer(text);
    if (!when || !degrees || *degrees < 0 || *degrees > 270 || *degrees % 90 != 0) return false;
    screen.turn = Turn{*when, static_cast<Rotation>(*degrees)};
    return true;
  }
  if (key == "pointer") {
    screen.pointer = pointer_kind(value);
    return screen.pointer || value == "none";
  }
  if (key == "pointer_at") {
    const auto [left, top] = halves(value, ':');
    const auto x = integer(left);
    const auto y = integer(top);
    if (!x || !y || std::abs(*x) > longest_side || std::abs(*y) > longest_side) return false;
    screen.pointer_at = Point{static_cast<std::int32_t>(*x), static_cast<std::int32_t>(*y)};
    return true;
  }
  const auto number = integer(value);
  if (!number || *number < 0 || *number > 1'000'000'000) return false;
  if (key == "black") {
    screen.black = static_cast<int>(*number);
  } else if (key == "repeat") {
    screen.repeat = std::max(1, static_cast<int>(*number));
  } else if (key == "drop") {
    if (*number == 1) return false;  // nothing would ever be presented
    screen.drop = static_cast<int>(*number);
  } else if (key == "start") {
    screen.start = *number;
  } else if (key == "pointer_hz") {
    screen.pointer_hz = static_cast<double>(std::min<std::int64_t>(*number, 1000));
  } else {
    return false;
  }
  return true;
}

}  // namespace

Screen parse_screen(std::string_view name) {
  Screen screen;
  const auto [form, keys] = halves(name, ',');
  const auto [stimulus, rest] = halves(form, '@');
  const auto [size, hz] = halves(rest, '@');
  const auto& known = scene_names();
  if (std::find(known.begin(), known.end(), stimulus) == known.end())
    refuse(name, "there is no stimulus \"" + std::string(stimulus) + "\"");
  screen.stimulus = stimulus;
  if (form.find('@') != std::string_view::npos) {
    const auto parsed = picture_size(size);
    if (!parsed) refuse(name, "\"" + std::string(size) + "\" is no size from 16x16 to 16384x16384");
    screen.size = *parsed;
  }
  if (rest.find('@') != std::string_view::npos) {
    const auto parsed = parse_rate(hz);
    if (!parsed) refuse(name, "\"" + std::string(hz) + "\" is no rate up to 1000 Hz");
    screen.hz = *parsed;
  }
  screen.name = screen.stimulus + "@" + to_string(screen.size) + "@" + to_string(screen.hz);
  for (std::string_view left = keys; !left.empty();) {
    const auto [entry, others] = halves(left, ',');
    const auto [key, value] = halves(entry, '=');
    if (!set(screen, key, value)) refuse(name, "\"" + std::string(entry) + "\" is not understood");
    screen.name += ',';
    screen.name += entry;
    left = others;
  }
  return screen;
}

bool Screen::lost_at(double t) const noexcept {
  return std::any_of(losses.begin(), losses.end(),
                     [&](const Interval& l) { return l.contains(t); });
}

bool Screen::dead_at(double t) const noexcept {
  return death && death->contains(t);
}

Size Screen::size_at(double t) const noexcept {
  Size now = size;
  double newest = -1;
  for (const SizeChange& change : sizes)
    if (change.at_s <= t && change.at_s > newest) {
      now = change.size;
      newest = change.at_s;
    }
  const Rotation r = rotation_at(t);
  const bool swaps = r == Rotation::clockwise90 || r == Rotation::clockwise270;
  return swaps ? Size{now.height, now.width} : now;
}

Rotation Screen::rotation_at(double t) const noexcept {
  return turn && turn->at_s <= t ? turn->rotation : Rotation::none;
}

std::int64_t Screen::present_at(double t) const noexcept {
  const double shown = stall && stall->contains(t) ? stall->from_s : t;
  return static_cast<std::int64_t>(std::floor(shown * hz.value() + 1e-6));
}

bool Screen::delivered(std::int64_t present) const noexcept {
  return drop == 0 || present % drop != drop - 1;
}

std::int64_t Screen::frame_of(std::int64_t present) const noexcept {
  return start + present - present % repeat;
}

Point Screen::pointer_position(double t) const noexcept {
  if (pointer_at) return *pointer_at;
  // Over the lower part of the screen and past three of its edges, clear of the barcode in the
  // corner.
  const Size s = size_at(t);
  return {static_cast<std::int32_t>(std::lround(s.width * (0.5 + 0.53 * std::cos(t * 1.7)))),
          static_cast<std::int32_t>(std::lround(s.height * (0.72 + 0.31 * std::sin(t * 2.3))))};
}

std::optional<double> Screen::next_event(double t) const noexcept {
  std::optional<double> next;
  const auto consider = [&](double at) {
    if (at > t && (!next || at < *next)) next = at;
  };
  for (const Interval& loss : losses) consider(loss.from_s);
  if (death) consider(death->from_s);
  for (const SizeChange& change : sizes) consider(change.at_s);
  if (turn) consider(turn->at_s);
  if (stall) consider(stall->end_s());
  return next;
}

}  // namespace rustcam::virtual_display
