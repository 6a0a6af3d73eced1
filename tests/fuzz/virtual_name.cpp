// Names of virtual outputs with what they rehearse: accepted, they say when everything happens; all
// else is wrong usage.
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "capture/virtual/virtual_screen.h"

using namespace rustcam;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto screen = virtual_display::parse_screen({reinterpret_cast<const char*>(data), size});
    if (screen.size.width < 1 || screen.size.height < 1 || screen.hz.value() <= 0) std::abort();
    double at = 0;
    // Time goes on from event to event.
    for (int events = 0; events < 100; ++events) {
      const Size now = screen.size_at(at);
      if (now.width < 1 || now.height < 1 || screen.present_at(at) < 0) std::abort();
      const auto next = screen.next_event(at);
      if (!next) break;
      if (!(*next > at)) std::abort();
      at = *next;
    }
  } catch (const UsageError&) {
    return 0;
  }
  return 0;
}
