// What the POSIX half of File is made of.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "platform/unique_fd_posix.h"

namespace rustcam {

/// Throws what `code` (an errno) means for a file: DiskFull, PipeClosed or MediaError.
[[noreturn]] void file_failure(const std::string& what, const std::string& path, int code);
std::string folder_of(const std::string& path);
/// The descriptor of a file opened by the rules of File::create().
int open_for_writing(const std::string& path, bool overwrite);

/// Writes to a pipe, terminal or socket that others may write to as well, and never waits for its
/// reader. O_NONBLOCK belongs to all who share an open file, so it is set on a second opening of
/// it. The descriptor must outlive this. To be used while SIGPIPE is ignored or blocked.
class UnwaitingWriter {
 public:
  explicit UnwaitingWriter(int fd) noexcept;
  /// As write(2): what fits at once, or EAGAIN.
  ssize_t write(const void* data, std::size_t bytes) const noexcept;

 private:
  int fd_;
  UniqueFd reopened_;
  bool never_blocks_;  ///< what is written to
};

/// False if `fd` takes nothing for `milliseconds`; a signal may end the wait sooner.
bool wait_writable(int fd, int milliseconds) noexcept;

}  // namespace rustcam
