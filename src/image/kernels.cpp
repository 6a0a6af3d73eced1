#include "image/kernels.h"

namespace rustcam {

const Kernels& fastest_kernels() noexcept {
  static const Kernels& fastest = *usable_kernels().back();
  return fastest;
}

}  // namespace rustcam
