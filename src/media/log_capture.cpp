#include "media/log_capture.h"

extern "C" {
#include <libavutil/log.h>
}

#include <array>
#include <cstdarg>
#include <cstdio>

namespace rustcam {
namespace {

/// av_log's callback has no argument of ours to carry.
thread_local LogCapture* innermost = nullptr;

}  // namespace

struct LogCallback {
  static void log(void*, int level, const char* format, va_list arguments) noexcept {
    LogCapture* capture = innermost;
    if (capture == nullptr || level > AV_LOG_WARNING) return;
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    std::string text = line.data();
    while (!text.empty() && (text.back() == '\n' || text.back() == '.' || text.back() == ' '))
      text.pop_back();
    if (text.empty()) return;
    std::string& first = level <= AV_LOG_ERROR ? capture->first_error_ : capture->first_warning_;
    if (first.empty()) first = text;
    constexpr std::size_t enough = 4096;
    if (capture->all_.size() < enough) capture->all_ += text + '\n';
  }
};

LogCapture::LogCapture() : outer_(innermost) {
  innermost = this;
  av_log_set_callback(&LogCallback::log);
}

LogCapture::~LogCapture() {
  innermost = outer_;
}

std::string LogCapture::complaint() const {
  return first_error_.empty() ? first_warning_ : first_error_;
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
