// What the POSIX half of File is made of.
#pragma once

#include <string>

namespace rustcam {

/// Throws what `code` (an errno) means for a file: DiskFull, PipeClosed or MediaError.
[[noreturn]] void file_failure(const std::string& what, const std::string& path, int code);
std::string folder_of(const std::string& path);
/// The descriptor of a file opened by the rules of File::create().
int open_for_writing(const std::string& path, bool overwrite);

}  // namespace rustcam
