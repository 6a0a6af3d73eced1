#include "cli/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/utf8.h"

namespace rustcam::cli {

struct Log::Impl {
  spdlog::logger logger{"rustcam-cli", std::make_shared<spdlog::sinks::stderr_sink_st>()};
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
