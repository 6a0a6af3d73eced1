// What is said on stderr, which perhaps nobody reads.
#pragma once

#include <string_view>

namespace rustcam {

enum class ErrorText {
  message,  ///< worth a short wait for its reader
  passing,  ///< soon followed by another of its kind, as progress is
};

/// Writes `text` to stderr. Nobody who reads that, or does not, can hold the program up: a message
/// that is not taken within a second is left out, and so is, at once, a passing text, or a message
/// after one that was left out. What was begun is ended before anything else, so lines stay whole.
/// One thread at a time. (Windows: waits for the reader.)
void write_stderr(std::string_view text, ErrorText kind = ErrorText::message) noexcept;

}  // namespace rustcam
