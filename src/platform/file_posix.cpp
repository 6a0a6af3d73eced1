#include "platform/file_posix.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "platform/file.h"
#include "platform/write_signals_posix.h"

namespace rustcam {
namespace {

constexpr int give_up_asked_ms = 50;

template <typename Write>
void write_all(int fd, std::span<const std::byte> bytes, const std::string& path,
               Write&& write_some) {
  WriteSignalsBlocked guard;
  while (!bytes.empty()) {
    const ssize_t n = write_some(bytes.data(), std::min<std::size_t>(bytes.size(), SSIZE_MAX));
    if (n < 0) {
      const int code = errno;
      if (code == EINTR) continue;
      if (code == EAGAIN) {
        wait_writable(fd, -1);
        continue;
      }
      if (code == EPIPE || code == EFBIG) guard.raised();
      file_failure("cannot write", path, code);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

/// Of a pipe, a terminal or the like; invalid if it cannot be opened a second time, as by another
/// user than the one who made it.
UniqueFd open_again(int fd) noexcept {
  struct stat status {};
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &status) != 0 ||
      !(S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))
    return UniqueFd();
  return UniqueFd(open(("/proc/self/fd/" + std::to_string(fd)).c_str(),
                       O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

UnwaitingWriter::UnwaitingWriter(int fd) noexcept : fd_(fd) {
  const int flags = fcntl(fd, F_GETFL);
  never_blocks_ = flags >= 0 && (flags & O_NONBLOCK) != 0;
  if (!never_blocks_) reopened_ = open_again(fd);
  never_blocks_ = never_blocks_ || reopened_.valid();
}

ssize_t UnwaitingWriter::write(const void* data, std::size_t bytes) const noexcept {
  if (never_blocks_) return ::write(reopened_.valid() ? reopened_.get() : fd_, data, bytes);
  // What can be written to takes so much at once, unless another process is quicker.
  if (wait_writable(fd_, 0)) return ::write(fd_, data, std::min<std::size_t>(bytes, PIPE_BUF));
  errno = EAGAIN;
  return -1;
}

bool wait_writable(int fd, int milliseconds) noexcept {
  pollfd waited{.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&waited, 1, milliseconds) != 0;
}

File File::create(const std::string& path, bool overwrite) {
  const int fd = open_for_writing(path, overwrite);
  File file;
  file.handle_ = fd;
  file.owned_ = true;
  file.path_ = path;
  struct stat status {};
  file.seekable_ = fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
  if (!file.seekable_) file.blocking_ = std::make_unique<BlockingCall>();
  return file;
}

File File::standard_output() {
  File file;
  file.handle_ = STDOUT_FILENO;
  file.blocking_ = std::make_unique<BlockingCall>();
  file.path_ = "standard output";
  return file;
}

File::~File() {
  if (is_open() && owned_) ::close(descriptor());
}

File::File(File&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)),
      owned_(other.owned_),
      seekable_(other.seekable_),
      path_(std::move(other.path_)),
      blocking_(std::move(other.blocking_)) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (is_open() && owned_) ::close(descriptor());
    handle_ = std::exchange(other.handle_, -1);
    owned_ = other.owned_;
    seekable_ = other.seekable_;
    path_ = std::move(other.path_);
    blocking_ = std::move(other.blocking_);
  }
  return *this;
}

bool File::is_open() const noexcept {
  return handle_ >= 0;
}

bool File::seekable() const noexcept {
  return seekable_;
}

int File::descriptor() const noexcept {
  return static_cast<int>(handle_);
}

void File::write(std::span<const std::byte> bytes) {
  const int fd = descriptor();
  std::optional<BlockingCall::Scope> scope;
  if (blocking_) scope.emplace(*blocking_);
  write_all(fd, bytes, path_, [&](const void* data, std::size_t n) -> ssize_t {
    if (blocking_ && blocking_->interrupted()) {
      errno = EPIPE;
      return -1;
    }
    return ::write(fd, data, n);
  });
}

void File::write(std::span<const std::byte> bytes, const std::function<bool()>& give_up) {
  if (!blocking_) return write(bytes);
  const int fd = descriptor();
  const UnwaitingWriter writer(fd);
  write_all(fd, bytes, path_, [&](const void* data, std::size_t n) -> ssize_t {
    for (;;) {
      const ssize_t written = writer.write(data, n);
      if (written >= 0 || errno != EAGAIN) return written;
      if (blocking_->interrupted() || give_up()) {
        errno = EPIPE;
        return -1;
      }
      wait_writable(fd, give_up_asked_ms);
    }
  });
}

std::size_t File::write_available(std::span<const std::byte> bytes) {
  const std::size_t all = bytes.size();
  if (!blocking_) {
    write(bytes);
    return all;
  }
  if (blocking_->interrupted()) file_failure("cannot write", path_, EPIPE);
  const UnwaitingWriter writer(descriptor());
  WriteSignalsBlocked guard;
  bool full = false;
  while (!bytes.empty() && !full) {
    const ssize_t n = writer.write(bytes.data(), bytes.size());
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      full = true;
    } else if (errno != EINTR) {
      const int code = errno;
      if (code == EPIPE) guard.raised();
      file_failure("cannot write", path_, code);
    }
  }
  return all - bytes.size();
}

void File::interrupt() noexcept {
  if (blocking_) blocking_->interrupt();
}

void File::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  const int fd = descriptor();
  write_all(fd, bytes, path_, [fd, &offset](const void* data, std::size_t n) {
    const ssize_t done = ::pwrite(fd, data, n, offset);
    if (done > 0) offset += done;
    return done;
  });
}

std::size_t File::read_at(std::int64_t offset, std::span<std::byte> into) {
  std::size_t got = 0;
  while (got < into.size()) {
    const ssize_t n = ::pread(descriptor(), into.data() + got, into.size() - got,
                              offset + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) file_failure("cannot read", path_, errno);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

std::int64_t File::size() const {
  struct stat status {};
  if (fstat(descriptor(), &status) != 0) file_failure("cannot look at", path_, errno);
  return status.st_size;
}

void File::check_present() const {
  struct stat status {};
  if (!seekable_ || fstat(descriptor(), &status) != 0 || status.st_nlink > 0) return;
  throw MediaError(path_ +
                       " was removed while it was being written, and its content with it; leave "
                       "the file and its folder in place until the end",
                   errno_name(ENOENT));
}

void File::truncate(std::int64_t size) {
  int result = 0;
  WriteSignalsBlocked guard;
  do result = ftruncate(descriptor(), size);
  while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EFBIG) guard.raised();
  if (result != 0) file_failure("cannot cut", path_, errno);
}

bool File::reserve(std::int64_t offset, std::int64_t bytes) {
  if (!seekable_ || bytes <= 0) return false;
#ifdef FALLOC_FL_KEEP_SIZE
  int result = 0;
  // A tmpfs holds what is set aside against the limit on a file's size, too.
  WriteSignalsBlocked guard;
  do result = fallocate(descriptor(), FALLOC_FL_KEEP_SIZE, offset, bytes);
  while (result != 0 && errno == EINTR);
  if (result == 0) return true;
  if (errno == EFBIG) guard.raised();
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
    file_failure("cannot reserve space for", path_, errno);
#endif
  return false;
}

void File::sync() {
  if (!seekable_) return;
  int result = 0;
  do result = fdatasync(descriptor());
  while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EINVAL && errno != ENOTSUP) file_failure("cannot sync", path_, errno);
}

void File::close() {
  if (!is_open()) return;
  const int fd = descriptor();
  const bool owned = owned_;
  handle_ = -1;
  if (owned && ::close(fd) != 0 && errno != EINTR) file_failure("cannot close", path_, errno);
}

std::size_t File::enlarge_pipe(std::size_t bytes) {
#ifdef F_SETPIPE_SZ
  for (std::size_t size = std::min<std::size_t>(bytes, INT_MAX); size >= 4096; size /= 2) {
    const int got = fcntl(descriptor(), F_SETPIPE_SZ, static_cast<int>(size));
    if (got > 0) return static_cast<std::size_t>(got);
    if (errno != EPERM && errno != ENOMEM) return 0;
  }
#else
  static_cast<void>(bytes);
#endif
  return 0;
}

bool path_exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

bool is_fifo(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

bool is_regular_file(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

void remove_file(const std::string& path) noexcept {
  ::unlink(path.c_str());
}

std::optional<std::int64_t> free_space(const std::string& path) {
  struct statvfs fs {};
  if (statvfs(path.c_str(), &fs) != 0 && statvfs(folder_of(path).c_str(), &fs) != 0)
    return std::nullopt;
  return static_cast<std::int64_t>(fs.f_bavail) * static_cast<std::int64_t>(fs.f_frsize);
}

}  // namespace rustcam
