// Which kernels an x86 processor can run.
#include <array>

#include "image/kernels.h"

namespace rustcam {

std::span<const Kernels* const> usable_kernels() noexcept {
  static constexpr std::array all{&scalar_kernels, &avx2_kernels};
  return std::span(all).first(__builtin_cpu_supports("avx2") ? 2 : 1);
}

}  // namespace rustcam
