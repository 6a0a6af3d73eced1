// Where a command's results go: names, checks before anything is captured, and standard output.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/signals.h"

namespace rustcam::cli {

/// Refuses, before anything is captured, a path that could not be written at the end: one that
/// exists (unless `force`; FIFOs and devices are written as they are), a folder, or a place where
/// no file can be made. Throws Error. "-" passes.
void check_output_file(const std::string& path, bool force);

/// "rustcam-YYYYMMDD-HHMMSS.ext", for ClaimedFile.
std::string default_file_name(std::string_view ending);

/// A file whose name was made up, made in the same step, so that nobody else has it. What was not
/// written into it goes again at the end.
class ClaimedFile {
 public:
  /// `wanted`, or with "-2", "-3"... before its ending. Throws Error if no file can be made there.
  explicit ClaimedFile(const std::string& wanted);
  ~ClaimedFile();
  ClaimedFile(ClaimedFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ClaimedFile& operator=(ClaimedFile&&) = delete;
  ClaimedFile(const ClaimedFile&) = delete;
  ClaimedFile& operator=(const ClaimedFile&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// Throws UsageError if standard output is a terminal.
void refuse_terminal(const std::string& what);

/// Throws UsageError if a value of `-o` can only be a file's name.
void refuse_file_as_output(const std::string& command, const std::string& output);

/// Asked 20 times a second while a reader is waited for: true to wait no longer.
using GiveUp = std::function<bool()>;
/// Of results: true from the next signal on; if there was one already, which asked for the end of
/// what made them, after 5 s (half a second if there were two).
GiveUp unless_read(const EndSignals& signals);

/// All of `text` to standard output. SIGPIPE must be ignored (EndSignals does that). Throws
/// MediaError, PipeClosed.
void write_stdout(std::string_view text, const GiveUp& give_up);
/// The same for commands that otherwise leave signals alone; ended by one.
void print(std::string_view text);

/// A whole file at once; nothing is left if that fails. "-" is standard output. Whoever
/// reads a FIFO or pipe, or does not yet, is waited for until `give_up()`. Throws MediaError,
/// PipeClosed.
void write_file(const std::string& path, std::string_view bytes, bool force, const GiveUp& give_up);

/// `name` as a part of a file's name: what a file system could not take becomes '-'.
std::string as_file_name(std::string_view name);

}  // namespace rustcam::cli
