#include "cli/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <string_view>

#include "base/utf8.h"
#include "platform/error_stream.h"

namespace rustcam::cli {

namespace {

class ErrorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_stderr(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}
};

}  // namespace

struct Log::Impl {
  spdlog::logger logger{"rustcam-cli", std::make_shared<ErrorSink>()};
  bool quiet = false;
};

Log::Log(const Globals& globals) : impl_(std::make_unique<Impl>()) {
  impl_->quiet = globals.quiet;
  impl_->logger.set_pattern("%n: %l: %v");
  impl_->logger.set_level(globals.quiet            ? spdlog::level::err
                          : globals.verbosity == 0 ? spdlog::level::warn
                          : globals.verbosity == 1 ? spdlog::level::info
                                                   : spdlog::level::trace);
}

Log::~Log() = default;

void Log::error(const std::string& text) {
  impl_->logger.error(one_line(text));
}

void Log::warning(const std::string& text) {
  impl_->logger.warn(one_line(text));
}

void Log::request(const std::string& text) {
  if (!impl_->quiet) write_stderr("rustcam-cli: " + one_line(text) + "\n");
}

void Log::info(const std::string& text) {
  impl_->logger.info(one_line(text));
}

void Log::debug(const std::string& text) {
  impl_->logger.debug(one_line(text));
}

bool Log::quiet() const noexcept {
  return impl_->quiet;
}

std::string one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    out += c == '\n' ? std::string("; ") : std::string(1, c);
  }
  return printable(out);
}

}  // namespace rustcam::cli
