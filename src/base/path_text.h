// The ending of a file's name, as text.
#pragma once

#include <string>
#include <string_view>

namespace rustcam {

/// What follows the last dot of a path's last part, in lower case; empty if there is no dot. Either
/// slash parts a path.
std::string ending_of(std::string_view path);

/// The path with "-" and `part` before its ending: "out.png" and "DP-1" give "out-DP-1.png". A name
/// that begins with its only dot is a hidden file's, and has no ending here.
std::string insert_before_ending(const std::string& path, const std::string& part);

}  // namespace rustcam
