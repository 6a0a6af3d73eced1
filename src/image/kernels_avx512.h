// Kernels for x86 processors with AVX-512 and its dot products (VNNI): Ice Lake, Zen 4 and later.
#pragma once

#include "image/kernels.h"

namespace rustcam {

/// avx2_kernels with those for YUV replaced; they leave rows too short for them to AVX2. May be
/// called only if the processor has avx512f, avx512bw and avx512vnni.
Kernels with_avx512() noexcept;

}  // namespace rustcam
