// `--region` in its three forms: accepted text is a rectangle that is not empty, all else is wrong
// usage.
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "capture/target_request.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    if (rustcam::parse_region({reinterpret_cast<const char*>(data), size}).rect.empty())
      std::abort();
  } catch (const rustcam::UsageError&) {
    return 0;
  }
  return 0;
}
