#include <cstdio>

#include "platform/error_stream.h"

namespace rustcam {

void write_stderr(std::string_view text, ErrorText) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace rustcam
