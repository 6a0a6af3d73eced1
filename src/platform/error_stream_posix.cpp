#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include "base/time.h"
#include "platform/error_stream.h"
#include "platform/file_posix.h"
#include "platform/write_signals_posix.h"

namespace rustcam {
namespace {

constexpr Duration patience = std::chrono::seconds(1);
constexpr int looked_every_ms = 50;

class ErrorStream {
 public:
  void write(std::string_view text, ErrorText kind) {
    const bool message = kind == ErrorText::message;
    const TimePoint until = message && !given_up_ ? now() + patience : TimePoint::min();
    rest_.erase(0, rest_.size() - put(rest_, until).size());
    const std::string_view left = rest_.empty() ? put(text, until) : text;
    if (left.size() < text.size()) rest_ = left;
    // What passes is left out whenever a terminal is a little behind: that says nothing.
    if (message && !left.empty()) given_up_ = true;
  }

 private:
  /// Returns what was not taken.
  std::string_view put(std::string_view text, TimePoint until) {
    WriteSignalsBlocked guard;
    while (!text.empty()) {
      const ssize_t n = writer_.write(text.data(), text.size());
      if (n >= 0) {
        text.remove_prefix(static_cast<std::size_t>(n));
        given_up_ = false;
      } else if (errno == EAGAIN) {
        if (now() >= until) return text;
        wait_writable(STDERR_FILENO, looked_every_ms);
      } else if (errno != EINTR) {
        if (errno == EPIPE) guard.raised();
        return {};  // there is no place to complain
      }
    }
    return text;
  }

  const UnwaitingWriter writer_{STDERR_FILENO};
  std::string rest_;
  bool given_up_ = false;  ///< nothing was taken since a message was left out
};

}  // namespace

void write_stderr(std::string_view text, ErrorText kind) noexcept {
  // There is one stderr, and what was begun on it has to be remembered.
  static ErrorStream stream;
  try {
    stream.write(text, kind);
  } catch (const std::exception&) {  // nor for this
  }
}

}  // namespace rustcam
