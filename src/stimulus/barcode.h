// A frame number that can be read back from a recording.
#pragma once

#include <cstdint>
#include <optional>

#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// Where the barcode lies in a picture of that size; empty where it is too small to hold one.
Rect barcode_rect(Size picture) noexcept;

/// Draws `value` (its low 32 bits, with a checksum) at barcode_rect of `into` (bgra).
void draw_barcode(std::uint32_t value, const ImageView& into);

/// Reads a barcode from a picture (bgra, gray, or the luma of yuv420p/yuv444p/nv12) of a screen
/// that showed one, scaled by anything from 50 % up, after 4:2:0 x264 at CRF 30. nullopt where the
/// checksum does not match: a wrong number is never returned but by chance below 2^-16.
std::optional<std::uint32_t> read_barcode(const ConstImageView& picture);

}  // namespace rustcam
