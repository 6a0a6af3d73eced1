// What PNG writers are measured on: 1080p pictures as a screen has them, already in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "image/image_view.h"

namespace rustcam::bench {

/// Writes the picture it was prepared with, into memory; returns the bytes of the PNG.
using PngWriter = std::function<std::size_t()>;

/// Takes a picture of `format`, which outlives the writer, and opens what is opened once for many
/// pictures.
using PreparePngWriter = std::function<PngWriter(const ConstImageView& picture)>;

/// Measures the writer on every picture, under "png/PICTURE/NAME". Returns a value so that it can
/// be called before main().
int add_png_writer(const std::string& name, PixelFormat format, const PreparePngWriter& prepare);

}  // namespace rustcam::bench
