// A frame number that can be read back from a recording.
#pragma once

#include <cstdint>
#include <optional>

#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// Where the barcode lies in a picture of that size; empty where it is too small to hold one.
Rect barcode_rect(Size picture) noexcept;

/// The part of it that depends on the value; the rest is the same in every barcode of that size.
Rect barcode_changing_rect(Size picture) noexcept;

/// Draws `value` with a checksum at barcode_rect of `into` (bgra).
void draw_barcode(std::uint32_t value, const ImageView& into);

/// Draws only what lies in `part` of the barcode of a picture of size `picture`. `into` (bgra) is
/// some part of that picture, with its corner at `origin`.
void draw_barcode(std::uint32_t value, const Rect& part, Size picture, const ImageView& into,
                  Point origin);

/// Reads a barcode from a picture (any format; of YUV the luma) of a screen that showed one, scaled
/// by anything from 50 % up in each direction, with or without black bars around it, after 4:2:0
/// x264 at CRF 30. nullopt if there is none, or a pointer covers it: a wrong number is never
/// returned but by chance below 2^-16.
std::optional<std::uint32_t> read_barcode(const ConstImageView& picture);

}  // namespace rustcam
