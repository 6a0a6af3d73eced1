// The names that options about files and encoders take, as far as we know them ourselves: FFmpeg is
// not asked, and so not loaded.
#pragma once

#include <string>
#include <vector>

namespace rustcam {

/// Of containers, as --format takes them; those that may go to a pipe, or all.
std::vector<std::string> container_names(bool pipes_only);
/// Of encoders that we know something about. FFmpeg may have more, and may lack some of these.
std::vector<std::string> encoder_names();
/// From the fastest to the smallest.
std::vector<std::string> preset_names();
/// Of pixel formats in recordings: those for encoders first.
std::vector<std::string> pixel_format_names();

}  // namespace rustcam
