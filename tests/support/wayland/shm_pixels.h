// The formats of shared memory, and how pixels get into it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/geometry.h"
#include "turn.h"

namespace rustcam::test {

/// Those that can be written, as wl_shm.format numbers.
std::span<const std::uint32_t> shm_formats() noexcept;
/// nullopt for a format that cannot be written.
std::optional<int> bytes_per_pixel(std::uint32_t format) noexcept;
/// "XRGB8888", as wl_shm's formats are called; nullopt if there is none of that name.
std::optional<std::uint32_t> shm_format_named(std::string_view name) noexcept;

struct ShmView {
  std::uint8_t* data = nullptr;
  Size size;
  std::int32_t stride = 0;
  std::uint32_t format = 0;
  bool upside_down = false;
};

/// Writes `part` of a turned output into a buffer whose upper left corner is at `corner` of the
/// output; both in the output's buffer pixels. `upright`: 0xAARRGGBB without gaps between rows.
/// Bits that mean nothing (X) become 0, so that a client that takes them for alpha is seen.
/// Nothing is written outside the rows of `into`, whatever its stride, nor for unknown formats.
void write_pixels(const std::uint32_t* upright, const Turn& turn, const Rect& part, Point corner,
                  const ShmView& into) noexcept;

}  // namespace rustcam::test
