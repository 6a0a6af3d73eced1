// Frame rates as a user may type them: whatever is accepted is a rate within its bounds.
#include <cstdlib>
#include <string_view>

#include "base/rational.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto rate = rustcam::parse_rate({reinterpret_cast<const char*>(data), size});
  if (!rate) return 0;
  if (rate->value() < 0.001 || rate->value() > 1000) std::abort();
  if (rustcam::parse_rate(rustcam::to_string(*rate)) != rate && rate->num <= 999'999'999)
    std::abort();
  if (rustcam::slot_offset(*rate, 1'000'000) < rustcam::slot_offset(*rate, 999'999)) std::abort();
  return 0;
}
