#include "measure/options.h"

namespace rustcam {

std::string_view name(BenchMode mode) noexcept {
  switch (mode) {
    case BenchMode::grab:
      return "grab";
    case BenchMode::latest:
      return "latest";
    case BenchMode::frames:
      return "frames";
    case BenchMode::record:
      return "record";
    case BenchMode::gpu:
      return "gpu";
  }
  return {};
}

}  // namespace rustcam
