// The names that options about files and encoders take, as far as we know them ourselves: FFmpeg is
// not asked, and so not loaded.
#pragma once

#include <string>
#include <vector>

namespace rustcam {

/// Of containers, as --format takes them; those that may go to a pipe, or all.
std::vector<std::string> container_names(bool pipes_only);
/// The ending, without the dot, of a file that is named after its --format; `format` itself if it
/// is unknown.
std::string ending_for_format(const std::string& format);
/// That of a file whose format was not given either.
std::string usual_file_ending();
/// Of encoders that we know something about. FFmpeg may have more, and may lack some of these.
std::vector<std::string> encoder_names();
/// From the fastest to the smallest.
std::vector<std::string> preset_names();
/// Of pixel formats in recordings: those for encoders first.
std::vector<std::string> pixel_format_names();

}  // namespace rustcam
