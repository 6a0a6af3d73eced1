#include "support/fake_screen.h"

#include <cstddef>
#include <mutex>
#include <utility>

namespace rustcam::test {
namespace {

constexpr std::uint32_t opaque_black = 0xFF000000U;

std::size_t area(Size s) {
  return static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height);
}

}  // namespace

FakeScreen::FakeScreen(std::string name, Rect desktop, int index)
    : pixels_(area(desktop.size()), opaque_black) {
  target_.index = index;
  target_.identity = "id-of-" + name;
  target_.name = std::move(name);
  target_.backend = "x11";
  target_.desktop = desktop;
  target_.native_format = "bgra8";
}

void FakeScreen::fill(const Rect& r, std::uint32_t bgra) {
  const std::lock_guard lock(mutex_);
  const Rect inside = intersect(r, Rect::of(target_.size()));
  for (int y = inside.top; y < inside.bottom; ++y)
    for (int x = inside.left; x < inside.right; ++x)
      pixels_[static_cast<std::size_t>(y * target_.size().width + x)] = bgra | opaque_black;
  drawn_.add(inside);
}

void FakeScreen::present() {
  {
    const std::lock_guard lock(mutex_);
    presented_ = clock_->now();
    frames_.push_back(std::move(drawn_));
    drawn_.clear();
  }
  changed_.notify_all();
}

void FakeScreen::set_pointer(Pointer pointer) {
  {
    const std::lock_guard lock(mutex_);
    pointer_ = std::move(pointer);
    ++pointer_moves_;
  }
  changed_.notify_all();
}

void FakeScreen::resize(Size size) {
  {
    const std::lock_guard lock(mutex_);
    target_.desktop = Rect::of({target_.desktop.left, target_.desktop.top}, size);
    pixels_.assign(area(size), opaque_black);
    drawn_.clear();
    frames_.clear();
    ++sizes_;
  }
  changed_.notify_all();
}

void FakeScreen::lose(std::string code, std::string text) {
  {
    const std::lock_guard lock(mutex_);
    loss_ = {std::move(code), std::move(text)};
    ++losses_;
  }
  changed_.notify_all();
}

void FakeScreen::set_presence(Presence presence) {
  const std::lock_guard lock(mutex_);
  presence_ = presence;
}

void FakeScreen::set_hints(Hints hints) {
  const std::lock_guard lock(mutex_);
  hints_ = hints;
}

void FakeScreen::set_hanging(bool hanging) {
  {
    const std::lock_guard lock(mutex_);
    hanging_ = hanging;
  }
  changed_.notify_all();
}

void FakeScreen::set_read_time(Duration d) {
  const std::lock_guard lock(mutex_);
  read_time_ = d;
}

void FakeScreen::set_silent(bool silent) {
  const std::lock_guard lock(mutex_);
  silent_ = silent;
}

void FakeScreen::set_index(int index) {
  const std::lock_guard lock(mutex_);
  target_.index = index;
}

void FakeScreen::fail_next_read(bool fail) {
  const std::lock_guard lock(mutex_);
  fail_read_ = fail;
}

void FakeScreen::fail_next_acquire_with_device_error() {
  {
    const std::lock_guard lock(mutex_);
    fail_acquire_ = true;
  }
  changed_.notify_all();
}

void FakeScreen::set_textures(std::size_t count) {
  const std::lock_guard lock(mutex_);
  textures_ = count;
}

TargetInfo FakeScreen::target() const {
  const std::lock_guard lock(mutex_);
  return target_;
}

std::vector<std::uint32_t> FakeScreen::pixels() const {
  const std::lock_guard lock(mutex_);
  return pixels_;
}

std::int64_t FakeScreen::pixels_read() const {
  const std::lock_guard lock(mutex_);
  return pixels_read_;
}

int FakeScreen::openings() const {
  const std::lock_guard lock(mutex_);
  return openings_;
}

int FakeScreen::open_sources() const {
  const std::lock_guard lock(mutex_);
  return open_sources_;
}

}  // namespace rustcam::test
