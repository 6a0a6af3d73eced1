#include "pacing/mailbox.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <thread>

using namespace rustcam;

namespace {
/// Keeps track of what was folded into what.
struct Join {
  void operator()(std::string& newer, const std::string& older) const { newer = older + newer; }
};
using Letters = Mailbox<std::string, Join>;
}  // namespace

TEST_CASE("each slot gets its newest value") {
  Letters box;
  box.post(3, "a");
  CHECK(box.take(2) == std::nullopt);
  CHECK(box.take(3) == "a");
  CHECK(box.take(3) == std::nullopt);
}

TEST_CASE("a later slot's value neither fills nor evicts an earlier one's") {
  Letters box;
  box.post(1, "a");
  box.post(2, "b");
  CHECK(box.take(1) == "a");
  CHECK(box.take(2) == "b");
}

TEST_CASE("what a newer value replaces is folded into it") {
  Letters box;
  box.post(1, "a");
  box.post(1, "b");
  box.post(2, "c");
  CHECK(box.take(5) == "abc");
}

TEST_CASE("if nobody takes, the oldest slots keep theirs and the newest value wins the rest") {
  Letters box;
  for (int i = 0; i < 7; ++i) box.post(i, std::string(1, static_cast<char>('a' + i)));
  CHECK(box.take(0) == "a");
  CHECK(box.take(1) == "b");
  CHECK(box.take(2) == "c");
  CHECK(box.take(5) == std::nullopt);
  CHECK(box.take(6) == "defg");
}

TEST_CASE("writer and reader may be different threads") {
  struct Add {
    void operator()(long& newer, const long& older) const { newer += older; }
  };
  Mailbox<long, Add> box;
  long sum = 0;
  {
    std::jthread writer([&] {
      for (long i = 1; i <= 20000; ++i) box.post(i, i);
    });
    for (std::int64_t n = 0; n < 20000; ++n) sum += box.take(n).value_or(0);
  }
  sum += box.take(20000).value_or(0);
  CHECK(sum == 20000L * 20001 / 2);
}
