// The terminal, if there is one.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace rustcam {

bool stdout_is_terminal();
bool stderr_is_terminal();
/// Columns of the terminal on stderr; 80 if it does not tell.
int stderr_columns();
/// Sets standard output to raw bytes (Windows translates line ends otherwise).
void set_stdout_binary();

/// Reads single keys while it lives, if standard input is a terminal in whose foreground we are;
/// else it touches nothing. Puts the terminal's mode back at the end.
class KeyReader {
 public:
  KeyReader();
  ~KeyReader();
  KeyReader(const KeyReader&) = delete;
  KeyReader& operator=(const KeyReader&) = delete;
  /// A key that has been pressed, without waiting.
  std::optional<char> poll();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;  ///< null if standard input is not ours to read
};

}  // namespace rustcam
