#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "base/time.h"
#include "record/timestamps_writer.h"
#include "support/unread_fifo.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

void write_lines(TimestampsWriter& writer, std::int64_t from, std::int64_t to) {
  for (std::int64_t n = from; n < to; ++n)
    writer.write(n, n * 16ms, TimePoint(n * 16ms), SlotKind::fresh, TimePoint());
}

}  // namespace

TEST_CASE("time stamps wait in memory for a reader that comes late, and none is lost") {
  const UnreadFifo reader;
  TimestampsWriter writer(reader.path(), false);
  constexpr std::int64_t lines = 20'000;  // 2 MB: more than a pipe holds
  write_lines(writer, 0, lines);
  CHECK_FALSE(writer.waiting());
  std::jthread closing([&] { writer.close(lines); });
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
  const UnreadFifo reader;
  TimestampsWriter writer(reader.path(), false);
  std::jthread writing([&] { write_lines(writer, 0, 200'000); });  // more than may wait
  while (!writer.waiting() || writer.bytes_written() == 0) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  writer.interrupt();
  writing.join();
  writer.close(200'000);
  CHECK(!reader.take().empty());
}
