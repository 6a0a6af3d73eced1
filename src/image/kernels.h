// The inner loops of pixel conversion, one table for each instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "image/yuv_coefficients.h"

namespace rustcam {

/// Two rows of 4:2:0 from two rows of bgra. `from[1]` and `y[1]` may equal `from[0]` and `y[0]`
/// (the last row of an odd height); an odd `width` repeats its last column.
struct RowPair {
  const std::uint8_t* from0;
  const std::uint8_t* from1;
  std::uint8_t* y0;
  std::uint8_t* y1;
  std::uint8_t* u;  ///< nv12: u and v in turn
  std::uint8_t* v;  ///< nv12: null
};

struct Row444 {
  const std::uint8_t* from;
  std::uint8_t* y;
  std::uint8_t* u;
  std::uint8_t* v;
};

/// Rows of pixels that become columns: pixel (x, y) of `from` goes to (y, x) of `into`. Negative
/// strides (in bytes, as positive ones) make quarter turns of it. `width` and `height` are those of
/// `from`.
struct Transposition {
  const std::uint8_t* from;
  std::ptrdiff_t from_stride;
  std::uint8_t* into;
  std::ptrdiff_t into_stride;
  std::int32_t width;
  std::int32_t height;
};

/// All work on `width` >= 0 pixels of bgra that need no alignment, touch nothing beyond them, and
/// give the same bytes in every table.
struct Kernels {
  using Packed = void (*)(const std::uint8_t* from, std::uint8_t* into, std::int32_t width);

  std::string_view name;
  Packed opaque;  ///< bgra with alpha 255; `into` may equal `from`
  Packed rgba;    ///< alpha 255
  Packed bgr;
  Packed rgb;
  void (*luma)(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
               const YuvCoefficients& c);
  void (*yuv444p)(const Row444& row, std::int32_t width, const YuvCoefficients& c);
  void (*yuv420p)(const RowPair& rows, std::int32_t width, const YuvCoefficients& c);
  void (*nv12)(const RowPair& rows, std::int32_t width, const YuvCoefficients& c);
  /// To rows of b, g, r and back.
  void (*split)(const std::uint8_t* from, std::uint8_t* b, std::uint8_t* g, std::uint8_t* r,
                std::int32_t width);
  void (*join)(const std::uint8_t* b, const std::uint8_t* g, const std::uint8_t* r,
               std::uint8_t* into, std::int32_t width);
  void (*transpose)(const Transposition& t);
};

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;  ///< exists in builds for x86-64 only

/// The tables that this processor can run, the fastest last; the first is scalar_kernels.
std::span<const Kernels* const> usable_kernels() noexcept;

/// The last of them.
const Kernels& fastest_kernels() noexcept;

}  // namespace rustcam
