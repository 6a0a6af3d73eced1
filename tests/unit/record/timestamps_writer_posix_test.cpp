#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "record/timestamps_writer.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

/// A FIFO that is read only when told.
class SlowReader {
 public:
  SlowReader()
      : path_(std::filesystem::temp_directory_path() /
              ("rustcam-stamps-" + std::to_string(now().time_since_epoch().count()))) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(fd_ >= 0);
  }
  ~SlowReader() {
    ::close(fd_);
    std::filesystem::remove(path_);
  }
  SlowReader(const SlowReader&) = delete;
  SlowReader& operator=(const SlowReader&) = delete;
  std::string path() const { return path_.string(); }
  /// What there is.
  std::string take() const {
    std::vector<char> into(1 << 20);
    const ssize_t n = ::read(fd_, into.data(), into.size());
    return {into.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

void write_lines(TimestampsWriter& writer, std::int64_t from, std::int64_t to) {
  for (std::int64_t n = from; n < to; ++n)
    writer.write(n, n * 16ms, TimePoint(n * 16ms), SlotKind::fresh, TimePoint());
}

}  // namespace

TEST_CASE("time stamps wait in memory for a reader that comes late, and none is lost") {
  const SlowReader reader;
  TimestampsWriter writer(reader.path(), false);
  constexpr std::int64_t lines = 20'000;  // 2 MB: more than a pipe holds
  write_lines(writer, 0, lines);
  CHECK_FALSE(writer.waiting());
  std::jthread closing([&] { writer.close(); });
  std::string got;
  while (!got.ends_with("\n") ||
         got.find("{\"n\":" + std::to_string(lines - 1) + ",") == got.npos) {
    const std::string more = reader.take();
    if (more.empty()) std::this_thread::sleep_for(1ms);
    got += more;
  }
  closing.join();
  CHECK(static_cast<std::int64_t>(got.size()) == writer.bytes_written());
  CHECK(std::count(got.begin(), got.end(), '\n') == lines);
}

TEST_CASE("time stamps that nobody takes are waited for in the end, and given up when told") {
  const SlowReader reader;
  TimestampsWriter writer(reader.path(), false);
  std::jthread writing([&] { write_lines(writer, 0, 200'000); });  // more than may wait
  while (!writer.waiting() || writer.bytes_written() == 0) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  writer.interrupt();
  writing.join();
  writer.close();
  CHECK(!reader.take().empty());
}
