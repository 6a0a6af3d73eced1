// How a YUV4MPEG2 stream begins.
#pragma once

#include <string>

#include "base/geometry.h"
#include "base/rational.h"
#include "image/pixel_format.h"

namespace rustcam {

/// The stream's first line, for gray, yuv420p or yuv444p. XCOLORRANGE is FFmpeg's extension; there
/// is no field for a matrix.
std::string y4m_header(PixelFormat format, Size size, const Rational& fps);

}  // namespace rustcam
