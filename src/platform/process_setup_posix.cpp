#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/process_setup.h"

namespace rustcam {
namespace {

/// A file opened later would get the number of a standard stream that the program was started
/// without, and then our messages. What fills the place can neither be read nor written, so that
/// the use of a missing stream still is an error.
void fill_missing_streams() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is given: this one, as those below are taken.
    [[maybe_unused]] const int filled =
        open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // children inherit it
  }
}

}  // namespace

ProcessSetup::ProcessSetup() noexcept {
  fill_missing_streams();
}

ProcessSetup::~ProcessSetup() = default;

}  // namespace rustcam
