// What the tests of Capturer share: a small screen, one that changes all the time, and a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "capture/capturer.h"
#include "support/fake_desktop.h"

namespace rustcam::test {

inline constexpr Rect full{0, 0, 64, 48};

inline std::uint32_t pixel(const Frame& frame, int x, int y) {
  const std::uint8_t* p = frame.view().row(y) + std::ptrdiff_t{4} * x;
  return static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16);
}

/// Presents a new colour each time, `hz` times a second, until it goes.
class Animation {
 public:
  Animation(std::shared_ptr<FakeScreen> screen, int hz)
      : thread_([screen = std::move(screen), hz](const std::stop_token& stop) {
          const auto rate = make_rational(hz, 1);
          const TimePoint begun = now();
          for (std::uint32_t n = 0; !stop.stop_requested(); ++n) {
            screen->fill(full, n);
            screen->present();
            std::this_thread::sleep_until(begun + slot_offset(rate, n + 1));
          }
        }) {}

 private:
  std::jthread thread_;
};

inline Pointer square_pointer(Point at) {
  auto shape = std::make_shared<PointerShape>();
  shape->size = {4, 4};
  shape->stride = 16;
  shape->pixels.assign(64, 255);
  Pointer pointer;
  pointer.top_left = at;
  pointer.visible = true;
  pointer.shape = std::move(shape);
  return pointer;
}

}  // namespace rustcam::test
