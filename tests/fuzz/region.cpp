// Set operations on regions of hostile rectangles: no overflow, and the laws of sets hold.
#include "base/region.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  rustcam::Region a;
  rustcam::Region b;
  for (std::size_t i = 0; i + 17 <= size && i < 17 * 24; i += 17) {
    rustcam::Rect r;
    std::memcpy(&r, data + i + 1, sizeof r);
    switch (data[i] % 5) {
      case 0:
        a.add(r);
        break;
      case 1:
        b.add(r);
        break;
      case 2:
        a.subtract(r);
        break;
      case 3:
        a.intersect(r);
        break;
      default:
        b.translate(r.left, r.top);
        break;
    }
  }
  rustcam::Region unite = a;
  unite.add(b);
  rustcam::Region common = a;
  common.intersect(b);
  rustcam::Region rest = a;
  rest.subtract(b);
  rustcam::Region again = rest;
  again.add(common);
  if (again != a) std::abort();
  rest.intersect(b);
  if (!rest.empty()) std::abort();
  for (const rustcam::Rect& r : a.rects())
    if (!unite.contains(r)) std::abort();
  return 0;
}
