// Values of options as a user may type them: what is accepted lies within its bounds, all else is
// wrong usage.
#include "cli/values.h"

#include <cstdlib>
#include <string>

#include "base/error.h"

using namespace rustcam;
using namespace rustcam::cli;

namespace {

template <typename Parse>
void check(Parse&& holds) {
  try {
    if (!holds()) std::abort();
  } catch (const UsageError&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto within = [](auto value, auto low, auto high) { return low <= value && value <= high; };
  check([&] {
    const Size s = parse_size("--size", text);
    return within(s.width, 1, 16384) && within(s.height, 1, 16384);
  });
  check([&] { return within(parse_integer("--gop", text, 1, 100'000), 1, 100'000); });
  check([&] { return within(parse_number("--crf", text, 0, 51), 0.0, 51.0); });
  check([&] { return within(parse_seconds("--duration", text, 0.001), 0.001, 100.0 * 86400); });
  check([&] { return parse_bytes("--max-size", text) >= 1; });
  check([&] { return parse_bitrate("--bitrate", text) >= 1000; });
  check([&] { return within(parse_fps("--fps", text).value(), 0.001, 1000.0); });
  check([&] {
    const auto [key, value] = parse_pair("--encoder-option", text);
    return !key.empty() && key + "=" + value == text;
  });
  return 0;
}
