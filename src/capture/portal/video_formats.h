// PipeWire's names for the layouts of pixels that we can read.
#pragma once

#include <cstdint>
#include <span>

#include "image/buffer_view.h"

namespace rustcam::portal {

/// PipeWire's numbers (enum spa_video_format), the cheapest to read first.
std::span<const std::uint32_t> readable_formats() noexcept;
/// Null for one that we cannot read.
const BufferFormat* format_named(std::uint32_t spa_format) noexcept;

}  // namespace rustcam::portal
