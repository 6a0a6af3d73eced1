#include "capture/dda/ring_turns.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

using namespace rustcam;
using namespace rustcam::dda;

namespace {

/// A keyed mutex of Windows, and what the texture behind it holds.
struct Texture {
  std::uint64_t key = writers_key;
  bool taken = false;
  bool abandoned = false;
  int number = 0;

  KeyAnswer acquire(std::uint64_t wanted) {
    if (abandoned) return KeyAnswer::abandoned;
    if (taken || key != wanted) return KeyAnswer::not_now;
    taken = true;
    return KeyAnswer::acquired;
  }
  void release(std::uint64_t next) {
    REQUIRE(taken);
    taken = false;
    key = next;
  }
};

struct Ring {
  explicit Ring(GpuOrder order, std::size_t count = 4) : textures(count), turns(count, order) {}

  std::optional<std::size_t> claim(const std::vector<bool>& held = {}) {
    const auto claimed =
        turns.claim([&](std::size_t i) { return i < held.size() && held[i]; },
                    [&](std::size_t i, std::uint64_t key) { return textures[i].acquire(key); });
    if (!claimed) return std::nullopt;
    if (claimed->make_anew) {
      textures[claimed->texture] = {};
      REQUIRE(textures[claimed->texture].acquire(writers_key) == KeyAnswer::acquired);
    }
    return claimed->texture;
  }
  /// The texture that was written; nullopt if none could be.
  std::optional<std::size_t> write() {
    const auto claimed = claim();
    if (!claimed) return std::nullopt;
    textures[*claimed].number = ++written;
    textures[*claimed].release(readers_key);
    turns.handed_over(*claimed);
    return claimed;
  }

  std::vector<Texture> textures;
  RingTurns turns;
  int written = 0;
};

}  // namespace

TEST_CASE("in strict order a reader finds each picture, in its order, whoever is faster") {
  std::mt19937 rng(3);
  for (const int writers_share : {10, 50, 90}) {
    Ring ring(GpuOrder::strict);
    std::size_t next = 0;
    bool reading = false;
    int read = 0;
    for (int step = 0; step < 5000; ++step) {
      if (static_cast<int>(rng() % 100) < writers_share) {
        ring.write();
      } else if (reading) {
        ring.textures[next].release(writers_key);
        next = (next + 1) % ring.textures.size();
        reading = false;
      } else if (ring.textures[next].acquire(readers_key) == KeyAnswer::acquired) {
        reading = true;
        REQUIRE(ring.textures[next].number == ++read);
      }
    }
    CHECK(read > 200);
    CHECK(ring.written - read <= 4);
  }
}

TEST_CASE("in strict order nothing that was not read is written again") {
  Ring ring(GpuOrder::strict);
  for (std::size_t i = 0; i < 4; ++i) CHECK(ring.write() == i);
  CHECK_FALSE(ring.write().has_value());
  // Not even if a later one was given back.
  REQUIRE(ring.textures[2].acquire(readers_key) == KeyAnswer::acquired);
  ring.textures[2].release(writers_key);
  CHECK_FALSE(ring.write().has_value());
  REQUIRE(ring.textures[0].acquire(readers_key) == KeyAnswer::acquired);
  CHECK_FALSE(ring.write().has_value());
  ring.textures[0].release(writers_key);
  CHECK(ring.write() == 0U);
}

TEST_CASE("the newest picture takes the place of one that nobody looks at") {
  Ring ring(GpuOrder::newest, 2);
  for (int i = 0; i < 10; ++i) CHECK(ring.write() == 0U);
  // What is looked at stays.
  REQUIRE(ring.textures[0].acquire(readers_key) == KeyAnswer::acquired);
  CHECK(ring.write() == 1U);
  REQUIRE(ring.textures[1].acquire(readers_key) == KeyAnswer::acquired);
  CHECK_FALSE(ring.write().has_value());
  ring.textures[1].release(writers_key);
  CHECK(ring.write() == 1U);
  CHECK(ring.textures[0].number < ring.textures[1].number);
}

TEST_CASE("what is held in this process is not claimed") {
  for (const GpuOrder order : {GpuOrder::newest, GpuOrder::strict}) {
    Ring ring(order, 2);
    CHECK_FALSE(ring.claim({true, true}).has_value());
    const auto claimed = ring.claim({true, false});
    if (order == GpuOrder::newest)
      CHECK(claimed == 1U);
    else
      CHECK_FALSE(claimed.has_value());
  }
}

TEST_CASE("a texture whose reader died is made anew, in its place of the order") {
  Ring ring(GpuOrder::strict, 2);
  ring.write();
  ring.write();
  ring.textures[0].abandoned = true;
  CHECK(ring.write() == 0U);
  CHECK_FALSE(ring.textures[0].abandoned);
  CHECK(ring.textures[0].number == 3);
  CHECK_FALSE(ring.write().has_value());
}

TEST_CASE("a new texture belongs to the writer") {
  Ring ring(GpuOrder::newest, 1);
  ring.textures[0].taken = true;  // by nobody that could be: it is not taken back
  CHECK_FALSE(ring.claim().has_value());
  ring.textures[0].taken = false;
  ring.textures[0].key = readers_key;  // nobody handed it over
  CHECK_FALSE(ring.claim().has_value());
}
