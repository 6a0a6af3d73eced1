#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "base/error.h"
#include "platform/blocking_call.h"
#include "platform/file.h"
#include "support/unread_fifo.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("a write that waits for its reader can be ended") {
  const UnreadFifo reader;
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
  const UnreadFifo reader;
  File file = File::create(reader.path(), false);
  file.interrupt();
  CHECK_THROWS_AS(file.write(std::vector<std::byte>(1)), PipeClosed);
}

TEST_CASE("a write gives its reader up when it is told to") {
  const UnreadFifo reader;
  File file = File::create(reader.path(), false);
  int asked = 0;
  CHECK_THROWS_AS(file.write(std::vector<std::byte>(8 << 20), [&asked] { return ++asked == 3; }),
                  PipeClosed);
  CHECK(asked == 3);
  // A pipe with room is not given up.
  while (!reader.take().empty()) {
  }
  file.write(std::vector<std::byte>(100), [] { return true; });
  CHECK(reader.take().size() == 100);
}

TEST_CASE("what a reader does not take at once is not waited for") {
  const UnreadFifo reader;
  File file = File::create(reader.path(), false);
  const std::vector<std::byte> much(8 << 20);
  const std::size_t taken = file.write_available(much);
  CHECK(taken > 0);
  CHECK(taken < much.size());
  CHECK(file.write_available(much) == 0);
  CHECK(reader.take(much.size()).size() == taken);
  CHECK(file.write_available(std::vector<std::byte>(100)) == 100);
  file.interrupt();
  CHECK_THROWS_AS(file.write_available(much), PipeClosed);
}

TEST_CASE("a shared pipe is not made non-blocking") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  std::size_t taken = 0;
  {
    File file = File::standard_output();
    taken = file.write_available(std::vector<std::byte>(8 << 20));
  }
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  ::dup2(before, STDOUT_FILENO);
  CHECK((flags & O_NONBLOCK) == 0);
  CHECK(taken > 0);
  for (const int fd : {ends[0], ends[1], before}) ::close(fd);
}
