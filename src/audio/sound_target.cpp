#include "audio/sound_target.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "base/error.h"

namespace rustcam {
namespace {

constexpr double largest_gain_db = 60;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError(
      "--audio '" + std::string(text) + "' " + why +
      ": a source is desktop, mic, device:NAME or app:NAME as `list audio` shows them, "
      "with @-6dB behind it for a gain; several are mixed with | between them");
}

/// What stands behind the last '@', if that is a gain; it is taken off `text`.
double take_gain(std::string_view whole, std::string_view& text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || !text.ends_with("dB")) return 0;
  std::string_view number = text.substr(at + 1, text.size() - at - 3);
  if (number.starts_with('+')) number.remove_prefix(1);
  double gain = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), gain);
  if (error != std::errc() || end != number.data() + number.size() || std::isnan(gain))
    refuse(whole, "has a gain that is no number");
  if (std::abs(gain) > largest_gain_db) refuse(whole, "has a gain beyond -60 to 60 dB");
  text = text.substr(0, at);
  return gain;
}

SoundTarget parse_source(std::string_view whole, std::string_view text) {
  SoundTarget target;
  target.gain_db = take_gain(whole, text);
  const auto named = [&](SoundTarget::Kind kind, std::string_view prefix) {
    target.kind = kind;
    target.name = text.substr(prefix.size());
    if (target.name.empty()) refuse(whole, "names nothing");
  };
  using Kind = SoundTarget::Kind;
  if (text == "desktop" || text == "default_output")
    target.kind = Kind::default_output;
  else if (text == "mic" || text == "default_input")
    target.kind = Kind::default_input;
  else if (text.starts_with("device:"))
    named(Kind::device, "device:");
  else if (text.starts_with("app:"))
    named(Kind::app, "app:");
  else
    named(Kind::any, "");
  return target;
}

}  // namespace

std::string_view name(SoundKind kind) noexcept {
  switch (kind) {
    case SoundKind::desktop:
      return "desktop";
    case SoundKind::mic:
      return "mic";
    case SoundKind::app:
      return "app";
  }
  return "";
}

SoundMix parse_sound(std::string_view text) {
  SoundMix mix;
  mix.text = text;
  for (std::string_view rest = text;;) {
    const auto bar = rest.find('|');
    mix.sources.push_back(parse_source(text, rest.substr(0, bar)));
    if (bar == std::string_view::npos) return mix;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace rustcam
