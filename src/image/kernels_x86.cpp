// Which kernels an x86 processor can run.
#include <array>
#include <span>

#include "image/kernels_avx512.h"

namespace rustcam {
namespace {

bool has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") != 0;
}

bool has_avx512() noexcept {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
}

}  // namespace

std::span<const Kernels* const> usable_kernels() noexcept {
  static const Kernels avx512 = has_avx512() ? with_avx512() : avx2_kernels;
  static const std::array all{&scalar_kernels, &avx2_kernels, &avx512};
  return std::span(all).first(has_avx512() ? 3 : has_avx2() ? 2 : 1);
}

}  // namespace rustcam
