#include "settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <system_error>

namespace nvenc {
namespace {

constexpr std::array<std::string_view, 9> failures{"no_device",  "old_gpu",     "unsupported",
                                                   "no_session", "client_key",  "old_driver",
                                                   "initialize", "no_b_frames", "lost"};

template <typename Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::invalid_argument("not a number: '" + std::string(text) + "'");
  return value;
}

void largest(Settings& into, std::string_view value) {
  const std::size_t x = value.find('x');
  if (x == std::string_view::npos) throw std::invalid_argument("max= takes WIDTHxHEIGHT");
  into.max_width = number<std::uint32_t>(value.substr(0, x));
  into.max_height = number<std::uint32_t>(value.substr(x + 1));
}

void set(Settings& into, std::string_view key, std::string_view value) {
  if (key == "fail") {
    if (std::find(failures.begin(), failures.end(), value) == failures.end())
      throw std::invalid_argument("unknown failure '" + std::string(value) + "'");
    into.fail = value;
  } else if (key == "after") {
    into.lost_after = number<std::uint64_t>(value);
  } else if (key == "swallow") {
    into.swallow = number<std::uint64_t>(value);
  } else if (key == "code") {
    into.lost_code = number<int>(value);
  } else if (key == "sessions") {
    into.sessions = number<int>(value);
  } else if (key == "max") {
    largest(into, value);
  } else if (key == "verify") {
    into.verify = number<int>(value) != 0;
  } else {
    throw std::invalid_argument("unknown key '" + std::string(key) + "'");
  }
}

Settings from_environment() {
  const char* text = std::getenv("RUSTCAM_NVENC");
  try {
    return parse_settings(text ? text : "");
  } catch (const std::exception& e) {
    // A test with a mistyped failure must not pass as one without any.
    std::fprintf(stderr, "stand-in NVENC: RUSTCAM_NVENC: %s\n", e.what());
    std::_Exit(70);
  }
}

}  // namespace

Settings parse_settings(std::string_view text) {
  Settings found;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos)
      throw std::invalid_argument("no value in '" + std::string(pair) + "'");
    set(found, pair.substr(0, equals), pair.substr(equals + 1));
  }
  return found;
}

const Settings& settings() {
  static const Settings it = from_environment();
  return it;
}

bool fails(std::string_view name) {
  return settings().fail == name;
}

}  // namespace nvenc
