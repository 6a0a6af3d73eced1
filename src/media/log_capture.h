// FFmpeg's log: silent on stderr, its last complaint kept for our messages.
#pragma once

#include <string>

namespace rustcam {

/// From the first one on, FFmpeg prints nothing. While it lives, it gathers what FFmpeg complains
/// about on the thread that made it; the newest one made on a thread counts.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// The first error since then (later ones mostly follow from it), or else the first warning;
  /// without FFmpeg's prefix and line end. Empty if there was none.
  std::string complaint() const;
  /// The complaint, or if there is none FFmpeg's words for the error `code`.
  std::string reason(int code) const;
  /// The first warning.
  std::string warning() const;
  /// True if a warning or error held `text`.
  bool mentions(const std::string& text) const;
  void clear() noexcept;

 private:
  friend struct LogCallback;
  /// FFmpeg says a line in one or several pieces; all but the first begin with a space.
  void add(const std::string& piece, bool is_error);
  LogCapture* outer_;
  std::string first_error_;
  std::string first_warning_;
  std::string all_;
};

}  // namespace rustcam
