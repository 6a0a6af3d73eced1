// What a person is told on stderr, by how much they want to know.
#pragma once

#include <memory>
#include <string>

#include "cli/parser.h"

namespace rustcam::cli {

/// Lines "rustcam-cli: warning: ..." on stderr. Without options errors and warnings are shown, -q
/// leaves errors only, -v adds what was decided, -vv everything.
class Log {
 public:
  explicit Log(const Globals& globals);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void error(const std::string& text);
  void warning(const std::string& text);
  /// What the user has to do now, as a line without a level; -q leaves it out.
  void request(const std::string& text);
  void info(const std::string& text);
  void debug(const std::string& text);
  bool quiet() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Line breaks become "; ", so that a message of a library stays one line.
std::string one_line(const std::string& text);

}  // namespace rustcam::cli
