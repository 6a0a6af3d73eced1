// Which FFmpeg is at work.
#pragma once

#include <string>

namespace rustcam {

/// The name and version of each FFmpeg library in use, a line each, for --version.
std::string ffmpeg_versions();

}  // namespace rustcam
