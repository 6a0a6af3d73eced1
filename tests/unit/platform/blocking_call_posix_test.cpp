#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "platform/blocking_call.h"
#include "platform/file.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

/// A FIFO whose reader never reads.
class StuckReader {
 public:
  StuckReader()
      : path_(std::filesystem::temp_directory_path() /
              ("rustcam-fifo-" + std::to_string(now().time_since_epoch().count()))) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(fd_ >= 0);
  }
  ~StuckReader() {
    ::close(fd_);
    std::filesystem::remove(path_);
  }
  StuckReader(const StuckReader&) = delete;
  StuckReader& operator=(const StuckReader&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace

TEST_CASE("a write that waits for its reader can be ended") {
  const StuckReader reader;
  File file = File::create(reader.path(), false);
  const std::vector<std::byte> much(8 << 20);
  std::atomic<bool> closed{false};
  std::jthread writer([&] {
    try {
      file.write(much);
    } catch (const PipeClosed&) {
      closed = true;
    }
  });
  std::this_thread::sleep_for(50ms);
  CHECK_FALSE(closed);
  file.interrupt();
  writer.join();
  CHECK(closed);
  CHECK_THROWS_AS(file.write(much), PipeClosed);
}

TEST_CASE("interrupted before it writes, nothing is written") {
  const StuckReader reader;
  File file = File::create(reader.path(), false);
  file.interrupt();
  CHECK_THROWS_AS(file.write(std::vector<std::byte>(1)), PipeClosed);
}
