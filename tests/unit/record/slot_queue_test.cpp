#include "record/slot_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

using namespace rustcam;
using namespace std::chrono_literals;

namespace {
QueuedSlot slot(std::int64_t n, SlotKind kind) {
  QueuedSlot s;
  s.slot = n;
  s.kind = kind;
  return s;
}

std::vector<QueuedSlot> drain(SlotQueue& queue) {
  queue.close();
  std::vector<QueuedSlot> all;
  while (auto entry = queue.pop()) all.push_back(*entry);
  return all;
}
}  // namespace

TEST_CASE("with room, every slot has its own entry") {
  SlotQueue queue(4);
  CHECK(queue.push(slot(0, SlotKind::fresh)));
  CHECK(queue.push(slot(1, SlotKind::repeated)));
  CHECK(queue.push(slot(2, SlotKind::pointer)));
  const auto all = drain(queue);
  REQUIRE(all.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(all[i].slot == static_cast<std::int64_t>(i));
    CHECK(all[i].merged == 0);
  }
}

TEST_CASE("a full queue of new pictures puts the newest one off") {
  SlotQueue queue(2);
  CHECK(queue.push(slot(0, SlotKind::fresh)));
  CHECK(queue.push(slot(1, SlotKind::fresh)));
  CHECK_FALSE(queue.push(slot(2, SlotKind::fresh)));
  CHECK(queue.push(slot(3, SlotKind::repeated)));
  const auto all = drain(queue);
  REQUIRE(all.size() == 2);
  CHECK(all[1].merged == 2);
  CHECK(all[1].displaced == 1);
}

TEST_CASE("a repeated entry gives way to a new picture") {
  SlotQueue queue(3);
  queue.push(slot(0, SlotKind::fresh));
  queue.push(slot(1, SlotKind::repeated));
  queue.push(slot(2, SlotKind::repeated));
  CHECK(queue.push(slot(3, SlotKind::fresh)));
  CHECK(queue.push(slot(4, SlotKind::fresh)));
  const auto all = drain(queue);
  REQUIRE(all.size() == 3);
  CHECK(all[0].slot == 0);
  CHECK(all[0].merged == 2);
  CHECK(all[1].slot == 3);
  CHECK(all[2].slot == 4);
}

TEST_CASE("whatever is pushed, no slot's number is lost and memory is bounded") {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    SlotQueue queue(5);
    unsigned state = seed;
    const auto random = [&] { return (state = state * 1664525U + 1013904223U) >> 16; };
    std::int64_t expected = 0;
    std::size_t held = 0;
    const auto check = [&](const QueuedSlot& e) {
      CHECK(e.slot == expected);
      expected = e.slot + 1 + e.merged;
    };
    for (std::int64_t n = 0; n < 500; ++n) {
      const auto kind = static_cast<SlotKind>(1 + random() % 3);
      queue.push(slot(n, n == 0 ? SlotKind::fresh : kind));
      held = std::min<std::size_t>(held + 1, 5);
      if (random() % 3 == 0 && n > 0)
        if (const auto e = queue.pop()) check(*e);
    }
    const auto rest = drain(queue);
    CHECK(rest.size() <= 5);
    for (const auto& e : rest) check(e);
    CHECK(expected == 500);
  }
}

TEST_CASE("waiting for room") {
  SlotQueue queue(1);
  std::stop_source stop;
  CHECK(queue.push_waiting(slot(0, SlotKind::fresh), stop.get_token()));
  std::jthread reader([&] {
    std::this_thread::sleep_for(10ms);
    queue.pop();
  });
  CHECK(queue.push_waiting(slot(1, SlotKind::fresh), stop.get_token()));
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_FALSE(queue.push_waiting(slot(2, SlotKind::fresh), stop.get_token()));
  queue.abandon();
  CHECK_FALSE(queue.push_waiting(slot(2, SlotKind::fresh), {}));
  CHECK_FALSE(queue.pop());
}

TEST_CASE("what is abandoned from an instant on is still handed out before it") {
  SlotQueue queue(4);
  queue.push(slot(0, SlotKind::fresh));
  queue.push(slot(1, SlotKind::fresh));
  queue.abandon(now() + 1h);
  CHECK(queue.pop());
  queue.abandon(now() - 1ms);
  CHECK_FALSE(queue.pop());
}

TEST_CASE("repeated slots alone let the reader sleep until there are enough of them") {
  SlotQueue queue(8, 3);
  std::atomic<int> popped = 0;
  std::jthread reader([&] {
    while (queue.pop()) ++popped;
  });
  const auto wait_for = [&](int count) {
    for (int tries = 0; tries < 1000 && popped < count; ++tries) std::this_thread::sleep_for(5ms);
    return popped == count;
  };
  queue.push(slot(0, SlotKind::repeated));
  queue.push(slot(1, SlotKind::repeated));
  std::this_thread::sleep_for(50ms);
  CHECK(popped == 0);
  queue.push(slot(2, SlotKind::repeated));
  CHECK(wait_for(3));
  queue.push(slot(3, SlotKind::repeated));
  std::this_thread::sleep_for(50ms);
  CHECK(popped == 3);
  queue.push(slot(4, SlotKind::fresh));
  CHECK(wait_for(5));
  queue.push(slot(5, SlotKind::repeated));
  queue.close();
  CHECK(wait_for(6));
}
