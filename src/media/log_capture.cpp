#include "media/log_capture.h"

extern "C" {
#include <libavutil/log.h>
}

#include <array>
#include <cstdarg>
#include <cstdio>

#include "media/ffmpeg.h"

namespace rustcam {
namespace {

/// av_log's callback has no argument of ours to carry.
thread_local LogCapture* innermost = nullptr;

std::string without_end(std::string line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '.' || line.back() == ' '))
    line.pop_back();
  return line;
}

}  // namespace

struct LogCallback {
  static void log(void*, int level, const char* format, va_list arguments) noexcept {
    LogCapture* capture = innermost;
    if (capture == nullptr || level > AV_LOG_WARNING) return;
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    capture->add(line.data(), level <= AV_LOG_ERROR);
  }
};

void LogCapture::add(const std::string& piece, bool is_error) {
  std::string& first = is_error ? first_error_ : first_warning_;
  const bool goes_on = !first.empty() && first.back() != '\n' && piece.starts_with(' ');
  if (first.empty() || goes_on) first += piece;
  constexpr std::size_t enough = 4096;
  if (all_.size() < enough) all_ += piece;
}

LogCapture::LogCapture() : outer_(innermost) {
  innermost = this;
  av_log_set_callback(&LogCallback::log);
}

LogCapture::~LogCapture() {
  innermost = outer_;
}

std::string LogCapture::complaint() const {
  return first_error_.empty() ? warning() : without_end(first_error_);
}

std::string LogCapture::reason(int code) const {
  const std::string said = complaint();
  return said.empty() ? av_error_text(code) : said;
}

std::string LogCapture::warning() const {
  return without_end(first_warning_);
}

bool LogCapture::mentions(const std::string& text) const {
  return all_.find(text) != std::string::npos;
}

void LogCapture::clear() noexcept {
  first_error_.clear();
  first_warning_.clear();
  all_.clear();
}

}  // namespace rustcam
