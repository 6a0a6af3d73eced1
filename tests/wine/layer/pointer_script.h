// The pointer that the layer's desktop has: where it is at a time, and its shape as DXGI tells it.
#pragma once

#include <dxgi1_2.h>

#include <cstdint>
#include <vector>

#include "config.h"

namespace layer {

struct PointerShapeBytes {
  DXGI_OUTDUPL_POINTER_SHAPE_INFO info{};
  std::vector<std::uint8_t> bytes;
};

/// A 32x32 shape of the chosen kind: for every kind the same ones in each run, so that tests know
/// them.
PointerShapeBytes pointer_shape(PointerChoice choice);

/// Top-left corner at that time: fixed, or on a circle that leaves the screen at every edge.
rustcam::Point pointer_position(const Config& config, rustcam::Size screen, double t_s);

}  // namespace layer
