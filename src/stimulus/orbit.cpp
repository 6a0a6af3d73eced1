#include "stimulus/orbit.h"

#include <algorithm>
#include <numeric>

namespace rustcam {

namespace {

constexpr std::int64_t wanted = 60 * 180;

std::int64_t turn(std::int32_t places) noexcept {
  return std::max<std::int64_t>(1, 2 * (std::int64_t{places} - 1));
}

}  // namespace

std::int64_t Orbit::Bounce::period() const noexcept {
  return turn(places) / std::gcd(turn(places), std::int64_t{speed});
}

std::int64_t Orbit::Bounce::phase(std::int64_t n) const noexcept {
  return n % turn(places) * speed % turn(places);
}

Orbit::Orbit(Size room) : room_(room) {
  const std::int32_t widest = std::max(1, room.width / 2);
  const std::int32_t highest = std::max(1, room.height / 2);
  std::int64_t best = 0;
  for (std::int32_t shrink = 0; shrink < 4; ++shrink)
    for (const std::int32_t speed_across : {3, 4, 5})
      for (const std::int32_t speed_down : {2, 3, 1}) {
        const Bounce across{std::max(1, widest - shrink), speed_across};
        const Bounce down{highest, speed_down};
        const std::int64_t period = std::lcm(across.period(), down.period());
        if (period <= best) continue;
        best = period;
        across_ = across;
        down_ = down;
        if (best > wanted) return;
      }
}

std::int64_t Orbit::period() const noexcept {
  return std::lcm(across_.period(), down_.period());
}

Point Orbit::at(std::int64_t n) const noexcept {
  const std::int64_t x = across_.phase(n);
  const std::int64_t y = down_.phase(n);
  const bool back = x >= across_.places - 1;
  const bool up = y >= down_.places - 1;
  const std::int64_t even_x = 2 * (back ? turn(across_.places) - x : x);
  const std::int64_t even_y = 2 * (up ? turn(down_.places) - y : y);
  return {static_cast<std::int32_t>(std::clamp<std::int64_t>(even_x + up, 0, room_.width - 1)),
          static_cast<std::int32_t>(std::clamp<std::int64_t>(even_y + back, 0, room_.height - 1))};
}

}  // namespace rustcam
