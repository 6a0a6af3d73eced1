#include "capture/portal/metadata.h"

#include <doctest/doctest.h>
#include <spa/buffer/meta.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "buffer_bench.h"

namespace rustcam::portal {
namespace {

constexpr std::int32_t far_out = std::numeric_limits<std::int32_t>::max();

TEST_CASE("a whole buffer is a picture, and nothing is known of its damage") {
  BufferBench bench;
  const BufferNews news = bench.read();
  REQUIRE(news.picture);
  CHECK(news.picture->size == Size{40, 30});
  CHECK(news.picture->stride == 160);
  CHECK(bench.first_byte(news) == 0);
  CHECK(news.picture->transform == Transform{});
  CHECK_FALSE(news.damage);
  CHECK_FALSE(news.pts);
}

TEST_CASE("flags say that there is no picture, whatever its size") {
  BufferBench bench;
  SUBCASE("of the chunk") {
    bench.facts.corrupted = true;
  }
  SUBCASE("of the header") {
    bench.tell_header(1, SPA_META_HEADER_FLAG_CORRUPTED);
  }
  CHECK_FALSE(bench.read().picture);
  CHECK_FALSE(bench.read().damage);  // a picture is lost
  bench.cursor.resize(sizeof(spa_meta_cursor));
  CHECK(bench.read().damage == Region());  // none was meant
}

TEST_CASE("size 0 is no picture in shared memory, and means nothing for a dmabuf") {
  BufferBench bench;
  bench.facts.size = 0;
  CHECK_FALSE(bench.read().picture);
  bench.format.dmabuf = true;
  CHECK(bench.read().picture);
}

TEST_CASE("what lies beyond the memory is no picture") {
  BufferBench bench;
  SUBCASE("offset") {
    bench.facts.offset = 4;
  }
  SUBCASE("far offset") {
    bench.facts.offset = std::numeric_limits<std::uint32_t>::max();
  }
  SUBCASE("size too small") {
    bench.facts.size -= 1;
  }
  SUBCASE("stride too long") {
    bench.facts.stride = 164;
  }
  SUBCASE("longest stride") {
    bench.facts.stride = far_out;
  }
  SUBCASE("stride shorter than a row") {
    bench.facts.stride = 156;
  }
  SUBCASE("backward from the first row") {
    bench.facts.stride = -160;
  }
  SUBCASE("backward, as far as can be") {
    bench.facts.stride = std::numeric_limits<std::int32_t>::min();
  }
  SUBCASE("memory too small") {
    bench.memory.pop_back();
  }
  SUBCASE("no memory") {
    bench.memory.clear();
  }
  CHECK_FALSE(bench.read().picture);
}

TEST_CASE("a stride of 0 means rows without a gap") {
  BufferBench bench;
  bench.facts.stride = 0;
  CHECK(bench.read().picture->stride == 160);
}

TEST_CASE("rows can go backward") {
  BufferBench bench;
  bench.facts.stride = -160;
  bench.facts.offset = 29 * 160;
  const BufferNews news = bench.read();
  REQUIRE(news.picture);
  CHECK(news.picture->stride == -160);
  CHECK(bench.first_byte(news) == 29 * 160);
}

TEST_CASE("the crop is applied, and only its rows need be there") {
  BufferBench bench;
  bench.tell_crop({10, 5, 30, 20});
  bench.memory.resize(19 * 160 + 30 * 4);
  bench.facts.size = 19 * 160 + 30 * 4;
  bench.tell_damage({{0, 0, 12, 8}, {35, 25, 40, 30}, {}});
  const BufferNews news = bench.read();
  REQUIRE(news.picture);
  CHECK(news.picture->size == Size{20, 15});
  CHECK(bench.first_byte(news) == 5 * 160 + 10 * 4);
  CHECK(news.damage == Region(Rect{0, 0, 2, 3}));
}

TEST_CASE("a crop that tells nothing is none") {
  BufferBench bench;
  SUBCASE("empty") {
    bench.tell_crop({});
  }
  SUBCASE("outside") {
    bench.tell_crop({50, 5, 60, 20});
  }
  SUBCASE("cut off") {
    bench.crop.resize(sizeof(spa_meta_region) - 1);
  }
  CHECK(bench.read().picture->size == Size{40, 30});
}

TEST_CASE("a crop is cut to the buffer") {
  BufferBench bench;
  bench.tell_crop({-10, -10, far_out, 20});
  CHECK(bench.read().picture->size == Size{40, 20});
}

TEST_CASE("damage ends at an empty rectangle") {
  BufferBench bench;
  bench.tell_damage({{1, 1, 2, 2}, {}, {5, 5, 6, 6}});
  CHECK(bench.read().damage == Region(Rect{1, 1, 2, 2}));
}

TEST_CASE("a list of damage that begins with its end tells nothing") {
  BufferBench bench;
  bench.tell_damage({{}, {5, 5, 6, 6}});
  CHECK_FALSE(bench.read().damage);
}

TEST_CASE("damage is cut to the picture, and a list cut off is read as far as it goes") {
  BufferBench bench;
  bench.tell_damage({{-5, -5, 3, far_out}, {38, 28, 100, 100}});
  Region expected(Rect{0, 0, 3, 30});
  expected.add(Rect{38, 28, 40, 30});
  CHECK(bench.read().damage == expected);
  bench.damage.pop_back();
  CHECK(bench.read().damage == Region(Rect{0, 0, 3, 30}));
}

TEST_CASE("the transform is told on, unless it means nothing") {
  BufferBench bench;
  bench.tell_transform(5);
  CHECK(bench.read().picture->transform.turn == 5);
  bench.tell_transform(77);
  CHECK(bench.read().picture->transform == Transform{});
}

TEST_CASE("damage that lies outside of the picture tells nothing of it") {
  BufferBench bench;
  bench.tell_damage({{100, 100, 120, 130}, {-9, -9, -1, -1}, {}});
  CHECK_FALSE(bench.read().damage);
}

TEST_CASE("changes are united over all that came since the last look") {
  BufferBench bench;
  bench.number();
  Changes changes;
  bench.tell_damage({{1, 1, 2, 2}});
  changes.note(bench.read());
  CHECK_FALSE(changes.take().damage);  // the first is all new

  changes.note(bench.read());
  bench.tell_damage({{5, 5, 6, 6}});
  changes.note(bench.read());
  Region both(Rect{1, 1, 2, 2});
  both.add(Rect{5, 5, 6, 6});
  const Changes::Sum sum = changes.take();
  CHECK(sum.damage == both);
  CHECK(sum.frames == 2);

  bench.damage.clear();
  changes.note(bench.read());
  bench.tell_damage({{5, 5, 6, 6}});
  changes.note(bench.read());
  CHECK_FALSE(changes.take().damage);  // one of them told nothing
}

TEST_CASE("the pointer alone changes no picture") {
  BufferBench bench;
  bench.number();
  Changes changes;
  changes.note(bench.read());
  changes.take();
  bench.facts.corrupted = true;
  bench.cursor.resize(sizeof(spa_meta_cursor));
  changes.note(bench.read());
  bench.facts.corrupted = false;
  bench.tell_damage({{5, 5, 6, 6}});
  changes.note(bench.read());
  const Changes::Sum sum = changes.take();
  CHECK(sum.damage == Region(Rect{5, 5, 6, 6}));
  CHECK(sum.frames == 1);
}

TEST_CASE("where a buffer is missing, or none is numbered, all may have changed") {
  BufferBench bench;
  bench.number();
  Changes changes;
  changes.note(bench.read());
  changes.take();
  bench.tell_damage({{5, 5, 6, 6}});
  changes.note(bench.read());
  CHECK(changes.take().damage);
  bench.number(4);
  changes.note(bench.read());
  CHECK_FALSE(changes.take().damage);
  changes.note(bench.read());
  CHECK(changes.take().damage);
  for (int i = 0; i < 2; ++i) {
    bench.number(0);  // as desktops that do not number them
    changes.note(bench.read());
    CHECK_FALSE(changes.take().damage);
  }
}

TEST_CASE("a picture of another shape is all new") {
  BufferBench bench;
  bench.number();
  Changes changes;
  changes.note(bench.read());
  changes.take();
  bench.tell_damage({{5, 5, 6, 6}});
  SUBCASE("cropped elsewhere") {
    bench.tell_crop({1, 0, 40, 30});
  }
  SUBCASE("turned") {
    bench.tell_transform(2);
  }
  SUBCASE("other pixels") {
    bench.format.pixels = format_named(SPA_VIDEO_FORMAT_RGBx);
  }
  changes.note(bench.read());
  CHECK_FALSE(changes.take().damage);
  changes.note(bench.read());
  CHECK(changes.take().damage);
}

TEST_CASE("damage stays small however late it is looked at") {
  BufferBench bench;
  bench.number();
  Changes changes;
  changes.note(bench.read());
  changes.take();
  for (std::int32_t y = 0; y < 30; y += 2)
    for (std::int32_t x = 0; x < 40; x += 2) {
      bench.tell_damage({{x, y, x + 1, y + 1}});
      changes.note(bench.read());
    }
  const Changes::Sum sum = changes.take();
  REQUIRE(sum.damage);
  CHECK(sum.damage->count() <= 64);
  CHECK(sum.damage->contains(Rect{38, 28, 39, 29}));
}

TEST_CASE("times are believed if they grow and are near") {
  using std::chrono::milliseconds;
  const TimePoint arrived{std::chrono::hours(10)};
  const auto told = [&](Duration before) { return (arrived - before).time_since_epoch().count(); };
  PictureTimes times;
  CHECK_FALSE(times.believe(std::nullopt, arrived));
  CHECK_FALSE(times.believe(0, arrived));
  CHECK_FALSE(times.believe(-1, arrived));
  CHECK_FALSE(times.believe(std::numeric_limits<std::int64_t>::max(), arrived));
  CHECK_FALSE(times.believe(std::numeric_limits<std::int64_t>::min(), arrived));
  CHECK_FALSE(times.believe(told(milliseconds(1001)), arrived));
  CHECK_FALSE(times.believe(told(milliseconds(-1001)), arrived));
  CHECK(times.believe(told(milliseconds(20)), arrived) == arrived - milliseconds(20));
  CHECK_FALSE(times.believe(told(milliseconds(20)), arrived));
  CHECK_FALSE(times.believe(told(milliseconds(21)), arrived));
  CHECK(times.believe(told(milliseconds(4)), arrived) == arrived - milliseconds(4));
}

}  // namespace
}  // namespace rustcam::portal
