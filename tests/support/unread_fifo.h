// A FIFO whose reader reads only when told.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/time.h"

namespace rustcam::test {

class UnreadFifo {
 public:
  UnreadFifo()
      : path_(std::filesystem::temp_directory_path() /
              ("rustcam-fifo-" + std::to_string(now().time_since_epoch().count()))) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(fd_ >= 0);
  }
  ~UnreadFifo() {
    ::close(fd_);
    std::filesystem::remove(path_);
  }
  UnreadFifo(const UnreadFifo&) = delete;
  UnreadFifo& operator=(const UnreadFifo&) = delete;

  std::string path() const { return path_.string(); }
  /// What there is, up to `most` bytes.
  std::string take(std::size_t most = std::size_t{1} << 20) const {
    std::string into(most, '\0');
    const ssize_t n = ::read(fd_, into.data(), most);
    into.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return into;
  }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace rustcam::test
