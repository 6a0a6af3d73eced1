#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "platform/console.h"
#include "platform/process_stats.h"
#include "platform/thread_priority.h"
#include "platform/wall_clock.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {
/// Work that takes `amount` of the calling thread's CPU time.
void burn(Duration amount) {
  const Duration until = thread_cpu_time() + amount;
  while (thread_cpu_time() < until) {
  }
}
}  // namespace

TEST_CASE("CPU time counts the work of all threads, a thread's its own") {
  const Duration process = process_cpu_time();
  const Duration thread = thread_cpu_time();
  std::jthread(burn, 60ms).join();
  CHECK(process_cpu_time() - process >= 60ms);
  CHECK(thread_cpu_time() - thread < 60ms);
}

TEST_CASE("peak memory never falls and grows with use") {
  const std::int64_t before = process_peak_rss();
  CHECK(before > 1 << 20);
  {
    std::vector<char> block(64 << 20);
    std::memset(block.data(), 1, block.size());
    CHECK(block[block.size() / 2] == 1);
  }
  CHECK(process_peak_rss() >= before + (32 << 20));
}

TEST_CASE("instants are written in UTC with microseconds") {
  const TimePoint at = now();
  const std::string text = iso8601_utc(at);
  CHECK(std::regex_match(text, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")));
  CHECK(iso8601_utc(at + 2s) > text);
  CHECK(iso8601_utc(at - 2s) < text);
  CHECK(std::regex_match(local_stamp(), std::regex(R"(\d{8}-\d{6})")));
}

TEST_CASE("a thread's role never fails the thread") {
  std::jthread([] {
    CHECK_NOTHROW(set_thread_role(ThreadRole::pacing, "a name longer than the kernel takes"));
    CHECK(set_thread_role(ThreadRole::encode, "encode").empty());
  }).join();
  const KeepAwake awake;
}

TEST_CASE("a terminal always has some width, and keys are read only from one") {
  CHECK(stderr_columns() > 0);
  KeyReader keys;
  CHECK_FALSE(keys.poll());
}
