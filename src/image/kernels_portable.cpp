// For processors without kernels of their own.
#include <span>

#include "image/kernels.h"

namespace rustcam {

std::span<const Kernels* const> usable_kernels() noexcept {
  static constexpr const Kernels* all[] = {&scalar_kernels};
  return all;
}

}  // namespace rustcam
