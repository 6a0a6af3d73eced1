// Where a command's results go: names, checks before anything is captured, and standard output.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rustcam::cli {

/// Refuses, before anything is captured, a path that could not be written at the end: one that
/// exists (unless `force`; FIFOs and devices are written as they are), a folder, or a place where
/// no file can be made. Throws Error. "-" passes.
void check_output_file(const std::string& path, bool force);

/// "rustcam-YYYYMMDD-HHMMSS.ext", with "-2", "-3"... before the ending if that exists already.
std::string default_file_name(std::string_view ending);

/// Throws UsageError if standard output is a terminal.
void refuse_terminal(const std::string& what);

/// Throws UsageError if a value of `-o` can only be a file's name.
void refuse_file_as_output(const std::string& command, const std::string& output);

/// All of `text` to standard output. SIGPIPE must be ignored (EndSignals does that). Throws
/// MediaError, PipeClosed.
void write_stdout(std::string_view text);
/// The same for commands that otherwise leave signals alone.
void print(std::string_view text);

/// A whole file at once; nothing is left if that fails. "-" is standard output. Whoever
/// reads a FIFO or pipe, or does not yet, is waited for until `interrupted()`, which is asked 20 times
/// a second. Throws MediaError, PipeClosed.
void write_file(const std::string& path, std::string_view bytes, bool force,
                const std::function<bool()>& interrupted);

/// `name` as a part of a file's name: what a file system could not take becomes '-'.
std::string as_file_name(std::string_view name);

}  // namespace rustcam::cli
