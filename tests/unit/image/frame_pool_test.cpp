#include "image/frame_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bitset>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr Size small{32, 24};
using Bitmap = std::bitset<32 * 24>;

Bitmap bitmap(const Region& region) {
  Bitmap bits;
  for (const Rect& r : region.rects())
    for (std::int32_t y = std::max(r.top, 0); y < std::min(r.bottom, small.height); ++y)
      for (std::int32_t x = std::max(r.left, 0); x < std::min(r.right, small.width); ++x)
        bits.set(static_cast<std::size_t>(y * small.width + x));
  return bits;
}

/// The bounding box of the set pixels, which is as far as a simplified debt may go.
Bitmap around(const Bitmap& bits) {
  Rect box;
  for (std::int32_t y = 0; y < small.height; ++y)
    for (std::int32_t x = 0; x < small.width; ++x)
      if (bits.test(static_cast<std::size_t>(y * small.width + x)))
        box = bounding(box, {x, y, x + 1, y + 1});
  return bitmap(box);
}

}  // namespace

TEST_CASE("reserved, all pictures are there, owe everything and are the ones handed out") {
  FramePool pool(3);
  CHECK_THROWS_AS(pool.reserve(), std::logic_error);
  pool.reset(PixelFormat::bgra, small);
  pool.reserve();
  pool.reserve();
  std::set<const Picture*> seen;
  std::vector<FramePool::Taken> held;
  while (auto taken = pool.take()) {
    CHECK(taken->debt == Region(Rect::of(small)));
    seen.insert(taken->picture.get());
    held.push_back(std::move(*taken));
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("a new picture owes everything, a repaid one only what came after") {
  FramePool pool(2);
  pool.reset(PixelFormat::bgra, small);
  auto a = pool.take();
  REQUIRE(a);
  CHECK(a->debt == Region(Rect::of(small)));
  pool.damage(Rect{2, 3, 10, 11});
  pool.add_debt(*a->picture, Rect{20, 20, 22, 22});
  const Picture* first = a->picture.get();
  a.reset();
  auto again = pool.take();
  REQUIRE(again);
  CHECK(again->picture.get() == first);
  Region owed(Rect{2, 3, 10, 11});
  owed.add(Rect{20, 20, 22, 22});
  CHECK(again->debt == owed);
  again.reset();
  CHECK(pool.take()->debt.empty());
}

TEST_CASE("the free picture with the smallest debt comes first, and no more than the limit") {
  FramePool pool(3);
  pool.reset(PixelFormat::bgra, small);
  auto a = pool.take();
  auto b = pool.take();
  auto c = pool.take();
  REQUIRE(c);
  CHECK_FALSE(pool.take());
  pool.add_debt(*a->picture, Rect{0, 0, 5, 5});
  pool.add_debt(*b->picture, Rect{0, 0, 2, 2});
  pool.add_debt(*c->picture, Rect{0, 0, 9, 9});
  const Picture* least = b->picture.get();
  a.reset();
  b.reset();
  c.reset();
  CHECK(pool.take()->picture.get() == least);
}

TEST_CASE("debts agree with a model that remembers every pixel") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 30; ++round) {
    FramePool pool(4);
    pool.reset(PixelFormat::bgra, small);
    std::map<const Picture*, Bitmap> model;
    std::vector<std::shared_ptr<Picture>> held;
    for (int step = 0; step < 200; ++step) {
      switch (between(rng, 0, 3)) {
        case 0: {
          Region region;
          for (int i = between(rng, 0, 3); i > 0; --i) {
            const Rect r = random_rect(rng, small);
            region.add(translate(r, between(rng, -9, 9), between(rng, -9, 9)));
          }
          pool.damage(region);
          for (auto& [image, owed] : model) owed |= bitmap(region);
          break;
        }
        case 1: {
          auto taken = pool.take();
          REQUIRE(taken.has_value() == (held.size() < 4));
          if (!taken) break;
          const Picture* image = taken->picture.get();
          const auto known = model.find(image);
          const Bitmap owed = bitmap(taken->debt);
          if (known == model.end()) {
            REQUIRE(owed.all());
          } else {
            REQUIRE((known->second & ~owed).none());          // never too little
            REQUIRE((owed & ~around(known->second)).none());  // nor anything unheard of
          }
          REQUIRE(taken->debt.count() <= 32);
          model[image].reset();
          held.push_back(std::move(taken->picture));
          break;
        }
        case 2:
          if (held.empty()) break;
          {
            const Rect r = random_rect(rng, small);
            const auto i =
                static_cast<std::size_t>(between(rng, 0, static_cast<int>(held.size()) - 1));
            pool.add_debt(*held[i], r);
            model[held[i].get()] |= bitmap(r);
          }
          break;
        default:
          if (!held.empty())
            held.erase(held.begin() + between(rng, 0, static_cast<int>(held.size()) - 1));
      }
    }
    CHECK(model.size() <= 4);
  }
}

TEST_CASE("a debt of very many pieces stays bounded and covers them all") {
  FramePool pool(1);
  pool.reset(PixelFormat::bgra, {400, 400});
  pool.take();
  Region all;
  for (int i = 0; i < 100; ++i) {
    const Rect r{i * 4, (i * 37) % 400, i * 4 + 1, (i * 37) % 400 + 1};
    all.add(r);
    pool.damage(r);
  }
  const Region debt = pool.take()->debt;
  CHECK(debt.count() <= 32);
  Region missing = all;
  missing.subtract(debt);
  CHECK(missing.empty());
}

TEST_CASE("held pictures outlive a reset and the pool") {
  std::shared_ptr<Picture> kept;
  std::shared_ptr<Picture> newer;
  {
    FramePool pool(2);
    pool.reset(PixelFormat::bgra, small);
    kept = pool.take()->picture;
    pool.reset(PixelFormat::bgra, small);  // no change, no effect
    CHECK(pool.take()->picture != nullptr);
    pool.reset(PixelFormat::yuv420p, {64, 48}, {ColorMatrix::bt601, ColorRange::full});
    pool.add_debt(*kept, Rect{0, 0, 1, 1});
    auto first = pool.take();
    auto second = pool.take();
    REQUIRE(second);
    CHECK_FALSE(pool.take());
    CHECK(first->picture->view().format == PixelFormat::yuv420p);
    CHECK(first->debt == Region(Rect{0, 0, 64, 48}));
    CHECK(first->picture->view().encoding == YuvEncoding{ColorMatrix::bt601, ColorRange::full});
    newer = second->picture;
  }
  Rng rng(1);
  fill_random(kept->view(), rng);
  fill_random(newer->view(), rng);
  CHECK(kept->size() == small);
}

TEST_CASE("pools say how they may be used") {
  CHECK_THROWS_AS(FramePool(0), std::invalid_argument);
  FramePool pool(1);
  CHECK_THROWS_AS(pool.take(), std::logic_error);
  CHECK_NOTHROW(pool.damage(Rect{0, 0, 5, 5}));
}

TEST_CASE("pictures come back from another thread and are reused") {
  FramePool pool(3);
  pool.reset(PixelFormat::bgra, small);
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<const Picture>> queue;
  std::uint64_t wrong = 0;
  std::jthread reader([&](std::stop_token stop) {
    for (std::uint32_t n = 0;; ++n) {
      std::shared_ptr<const Picture> image;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !queue.empty() || stop.stop_requested(); });
        if (queue.empty()) return;
        image = std::move(queue.front());
        queue.pop_front();
      }
      for (std::int32_t y = 0; y < small.height; ++y)
        for (std::int32_t x = 0; x < small.width * 4; ++x)
          wrong += image->view().row(y)[x] != static_cast<std::uint8_t>(n);
    }
  });
  std::set<const Picture*> seen;
  for (std::uint32_t n = 0; n < 2000;) {
    auto taken = pool.take();
    if (!taken) {
      std::this_thread::yield();
      continue;
    }
    seen.insert(taken->picture.get());
    for (std::int32_t y = 0; y < small.height; ++y)
      std::fill_n(taken->picture->view().row(y), small.width * 4, static_cast<std::uint8_t>(n));
    {
      const std::lock_guard lock(mutex);
      queue.push_back(std::move(taken->picture));
    }
    changed.notify_one();
    ++n;
  }
  {
    const std::lock_guard lock(mutex);
    reader.request_stop();
  }
  changed.notify_one();
  reader.join();
  CHECK(wrong == 0);
  CHECK(seen.size() <= 3);
}

TEST_CASE("a pool whose pictures are made elsewhere starts anew at every reset") {
  FramePool pool(2);
  int made = 0;
  const auto make = [&made](Size size) {
    ++made;
    return Image(PixelFormat::bgra, size);
  };
  pool.reset(small, make);
  CHECK(made == 0);
  pool.reserve();
  CHECK(made == 2);
  const auto held = pool.take();
  REQUIRE(held);
  CHECK(held->debt.contains(Rect::of(small)));
  pool.reset(small, make);
  CHECK(pool.take()->picture != held->picture);
  CHECK(made == 3);
  pool.reset(PixelFormat::bgra, small);
  CHECK(pool.take());
  CHECK(made == 3);
}
