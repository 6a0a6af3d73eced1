#include "capture/composer.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/error.h"
#include "support/fake_source.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr Size screen_size{61, 43};

std::shared_ptr<FakeScreen> make_screen(Size size = screen_size) {
  return std::make_shared<FakeScreen>("one", Rect::of(size), 0);
}

Pointer soft_pointer(Point at, Size size, std::uint8_t alpha) {
  auto shape = std::make_shared<PointerShape>();
  shape->kind = PointerKind::straight_alpha;
  shape->size = size;
  shape->stride = size.width * 4;
  for (int i = 0; i < size.width * size.height; ++i)
    for (const int channel : {200, 40 + i, 90, int{alpha}})
      shape->pixels.push_back(static_cast<std::uint8_t>(channel));
  Pointer pointer;
  pointer.top_left = at;
  pointer.visible = true;
  pointer.shape = std::move(shape);
  return pointer;
}

/// What the region must look like: the screen as it is now with the pointer over it, drawn afresh.
std::vector<std::uint32_t> model(const FakeScreen& screen, const Rect& region,
                                 const Pointer& pointer) {
  const Size whole = screen.target().size();
  std::vector<std::uint32_t> pixels = screen.pixels();
  ImageView view;
  view.format = PixelFormat::bgra;
  view.size = whole;
  view.planes[0] = {reinterpret_cast<std::uint8_t*>(pixels.data()),
                    std::ptrdiff_t{4} * whole.width};
  if (pointer.drawable()) blend_pointer(pointer, {0, 0}, view);
  std::vector<std::uint32_t> cropped;
  for (int y = region.top; y < region.bottom; ++y)
    for (int x = region.left; x < region.right; ++x)
      cropped.push_back(pixels[static_cast<std::size_t>(y * whole.width + x)]);
  return cropped;
}

std::vector<std::uint32_t> packed(const Frame& frame) {
  const ConstImageView view = frame.view();
  std::vector<std::uint32_t> pixels;
  for (int y = 0; y < view.height(); ++y)
    for (int x = 0; x < view.width(); ++x) {
      std::uint32_t p = 0;
      std::memcpy(&p, view.row(y) + std::ptrdiff_t{4} * x, 4);
      pixels.push_back(p);
    }
  return pixels;
}

void require_damage_covers(const Frame& frame, const std::vector<std::uint32_t>& before,
                           const std::vector<std::uint32_t>& after) {
  REQUIRE(before.size() == after.size());
  const int width = frame.image->size().width;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (before[i] != after[i])
      REQUIRE(
          frame.damage.contains(Point{static_cast<int>(i) % width, static_cast<int>(i) / width}));
}

/// One acquire and note; false if there was nothing.
bool take_in(FrameSource& source, FrameComposer& composer) {
  if (source.acquire(now(), {}) != AcquireStatus::updated) return false;
  const UpdateLease lease(source);
  composer.note(source.update());
  return true;
}

class Trial {
 public:
  explicit Trial(std::uint32_t seed) : rng_(seed) {
    options_.cursor = chance(75);
    options_.pool_frames = static_cast<std::size_t>(number(1, 5));
    if (chance(50)) options_.region = Rect{7, 5, 48, 37};
    screen_ = make_screen();
    screen_->set_hints(static_cast<Hints>(number(1, 4)));
    source_ = open_screen(screen_);
    composer_ = std::make_unique<FrameComposer>(options_);
    composer_->attach(*source_, now());
  }

  void step() {
    change_screen();
    if (chance(4)) reopen();
    if (chance(3)) resize();
    while (chance(70) && take_in(*source_, *composer_)) {
    }
    if (chance(5)) fail_a_read();
    if (chance(60)) compose();
    if (!held_.empty() && chance(60)) held_.erase(held_.begin() + number(0, held() - 1));
  }

 private:
  int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(rng_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  int held() const { return static_cast<int>(held_.size()); }

  void change_screen() {
    const Size size = screen_->target().size();
    for (int n = number(0, 3); n > 0; --n) {
      const int x = number(-4, size.width);
      const int y = number(-4, size.height);
      screen_->fill({x, y, x + number(1, 30), y + number(1, 20)},
                    static_cast<std::uint32_t>(number(0, 0xFFFFFF)));
    }
    if (chance(80)) screen_->present();
    if (chance(60)) {
      pointer_ =
          soft_pointer({number(-12, size.width), number(-12, size.height)},
                       {number(1, 11), number(1, 11)}, static_cast<std::uint8_t>(number(0, 255)));
      pointer_.visible = chance(85);
      screen_->set_pointer(pointer_);
    }
  }

  void reopen() {
    composer_->detach();
    source_.reset();
    source_ = open_screen(screen_);
    composer_->attach(*source_, now());
    last_.clear();
  }

  void resize() {
    screen_->resize({number(48, 70), number(37, 60)});
    REQUIRE(source_->acquire(now(), {}) == AcquireStatus::resized);
    composer_->attach(*source_, now());
    last_.clear();
  }

  /// A read that throws must not lose what was due.
  void fail_a_read() {
    if (!composer_->desktop_pending()) return;
    screen_->fail_next_read(true);
    try {
      const std::optional<Frame> frame = settle();
      REQUIRE_FALSE(frame);
      REQUIRE(held_.size() >= options_.pool_frames);
    } catch (const AccessLost&) {
    }
    screen_->fail_next_read(false);
  }

  /// Nothing undelivered may be left, or the model would know more than the composer.
  std::optional<Frame> settle() {
    screen_->present();
    while (take_in(*source_, *composer_)) {
    }
    return composer_->compose();
  }

  void compose() {
    const std::optional<Frame> frame = settle();
    if (!frame) {
      REQUIRE(held_.size() >= options_.pool_frames);
      return;
    }
    const std::vector<std::uint32_t> expected =
        model(*screen_, composer_->region(), options_.cursor ? pointer_ : Pointer{});
    REQUIRE(packed(*frame) == expected);
    REQUIRE(frame->sequence == ++sequence_);
    const std::vector<std::uint32_t> all_different(expected.size());
    require_damage_covers(*frame, last_.empty() ? all_different : last_, expected);
    last_ = expected;
    for (const auto& [old, pixels] : held_) REQUIRE(packed(old) == pixels);
    if (chance(70)) held_.emplace_back(*frame, expected);
  }

  std::mt19937 rng_;
  ComposerOptions options_;
  std::shared_ptr<FakeScreen> screen_;
  std::unique_ptr<FrameSource> source_;
  std::unique_ptr<FrameComposer> composer_;
  Pointer pointer_;
  std::vector<std::uint32_t> last_;
  std::uint64_t sequence_ = 0;
  std::vector<std::pair<Frame, std::vector<std::uint32_t>>> held_;
};

}  // namespace

TEST_CASE("composed pictures equal the screen drawn afresh, whatever happens") {
  const auto seed = std::random_device{}();
  for (std::uint32_t trial = 0; trial < 60; ++trial) {
    INFO("seed " << seed + trial);
    Trial t(seed + trial);
    for (int step = 0; step < 60; ++step) t.step();
  }
}

TEST_CASE("a frame reads what changed and no more") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({.pool_frames = 1});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  const std::int64_t after_first = screen->pixels_read();
  CHECK(after_first == std::int64_t{screen_size.width} * screen_size.height);
  CHECK(composer.last_cost().bytes_read == after_first * 4);

  screen->fill({3, 4, 13, 9}, 0x112233);
  screen->present();
  REQUIRE(take_in(*source, composer));
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(screen->pixels_read() - after_first == 50);
  CHECK(frame->damage == Region(Rect{3, 4, 13, 9}));
}

TEST_CASE("a still screen costs nothing") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({.pool_frames = 1});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  CHECK_FALSE(take_in(*source, composer));
  CHECK_FALSE(composer.desktop_pending());
  CHECK_FALSE(composer.poll_pointer());
  REQUIRE(composer.compose());
  CHECK(composer.last_cost().bytes_read == 0);
}

TEST_CASE("a moved pointer makes a new picture of the old desktop frame") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({});
  composer.attach(*source, now());
  screen->set_pointer(soft_pointer({5, 5}, {4, 4}, 128));
  REQUIRE(take_in(*source, composer));
  const auto first = composer.compose();
  REQUIRE(first);
  CHECK(first->desktop_sequence == 1);
  CHECK(first->accumulated_frames == 1);

  screen->set_pointer(soft_pointer({30, 20}, {4, 4}, 128));
  REQUIRE(take_in(*source, composer));
  CHECK_FALSE(composer.desktop_frame_pending());
  CHECK_FALSE(composer.desktop_pending());
  CHECK(composer.poll_pointer());
  const auto second = composer.compose();
  REQUIRE(second);
  CHECK(second->sequence == 2);
  CHECK(second->desktop_sequence == 1);
  CHECK(second->accumulated_frames == 0);
  CHECK(second->presented == first->presented);
  Region trail(Rect{5, 5, 9, 9});
  trail.add(Rect{30, 20, 34, 24});
  CHECK(second->damage == trail);
  CHECK_FALSE(composer.poll_pointer());
}

TEST_CASE("a pointer that moves outside the region changes nothing") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({.region = Rect{0, 0, 20, 20}});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  screen->set_pointer(soft_pointer({30, 5}, {4, 4}, 255));
  CHECK_FALSE(composer.poll_pointer());
  screen->set_pointer(soft_pointer({18, 5}, {4, 4}, 255));
  CHECK(composer.poll_pointer());
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(frame->damage == Region(Rect{18, 5, 20, 9}));
}

TEST_CASE("a pointer that the system has drawn is not drawn again") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({});
  composer.attach(*source, now());
  Pointer pointer = soft_pointer({5, 5}, {4, 4}, 255);
  pointer.embedded = true;
  screen->set_pointer(pointer);
  REQUIRE(take_in(*source, composer));
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(packed(*frame) == screen->pixels());
}

TEST_CASE("a desktop frame outside the region is a new frame without new pixels") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({.region = Rect{0, 0, 20, 20}, .pool_frames = 1});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  screen->fill({30, 30, 40, 40}, 0xABCDEF);
  screen->present();
  REQUIRE(take_in(*source, composer));
  CHECK(composer.desktop_frame_pending());
  CHECK_FALSE(composer.desktop_pending());
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(frame->desktop_sequence == 2);
  CHECK(frame->damage.empty());
  CHECK(composer.last_cost().bytes_read == 0);
}

TEST_CASE("folded frames are counted together") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  for (int n = 0; n < 3; ++n) screen->present();
  REQUIRE(take_in(*source, composer));
  screen->present();
  REQUIRE(take_in(*source, composer));
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(frame->accumulated_frames == 4);
  CHECK(frame->desktop_sequence == 2);
}

TEST_CASE("many small changes do not become many small reads") {
  const auto screen = make_screen({400, 400});
  const auto source = open_screen(screen);
  FrameComposer composer({});
  composer.attach(*source, now());
  REQUIRE(take_in(*source, composer));
  REQUIRE(composer.compose());
  for (int i = 0; i < 60; ++i) screen->fill({i * 6, i * 6, i * 6 + 2, i * 6 + 2}, 0xFFFFFF);
  screen->present();
  REQUIRE(take_in(*source, composer));
  const auto frame = composer.compose();
  REQUIRE(frame);
  CHECK(frame->damage.count() <= 32);
  CHECK(frame->damage.contains(Rect{354, 354, 356, 356}));
}

TEST_CASE("a region outside the target is refused") {
  const auto screen = make_screen();
  const auto source = open_screen(screen);
  FrameComposer composer({.region = Rect{0, 0, 62, 43}});
  CHECK_THROWS_AS(composer.attach(*source, now()), UsageError);
  CHECK_THROWS_AS(composer.compose(), std::logic_error);
}
