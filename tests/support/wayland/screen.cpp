#include "screen.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "desk.h"
#include "screen_info.h"

namespace rustcam::test {
namespace {

constexpr std::uint32_t black = 0xFF000000;

std::size_t area(Size size) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

/// `over` is premultiplied.
std::uint32_t blend(std::uint32_t over, std::uint32_t under) {
  const std::uint32_t rest = 255 - (over >> 24);
  std::uint32_t mixed = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const std::uint32_t value =
        (over >> shift & 0xFF) + ((under >> shift & 0xFF) * rest + 127) / 255;
    mixed |= std::min<std::uint32_t>(value, 255) << shift;
  }
  return mixed;
}

}  // namespace

Screen::Screen(Desk& desk, const OutputSettings& settings)
    : desk_(desk), settings_(settings), pixels_(area(size()), black) {}

ImageView Screen::view() noexcept {
  ImageView view;
  view.size = size();
  view.planes[0] = {reinterpret_cast<std::uint8_t*>(pixels_.data()),
                    std::ptrdiff_t{4} * size().width};
  return view;
}

void Screen::changed(const Region& damage) {
  for (CaptureProtocol* one : desk_.captures) one->damaged(*this, damage);
  request_frame(now());
}

void Screen::change(const OutputSettings& settings) {
  const bool reshaped =
      settings.mode != settings_.mode || settings.transform != settings_.transform;
  settings_ = settings;
  tell_output(*this);
  if (!reshaped) return;
  pixels_.assign(area(size()), black);
  ++shape_number_;
  for (CaptureProtocol* one : desk_.captures) one->reshaped(*this);
  request_frame(now());
}

void Screen::change_mode() {
  OutputSettings settings = settings_;
  settings.mode.width += wider_ ? -16 : 16;
  wider_ = !wider_;
  change(settings);
}

void Screen::remove() {
  gone_ = true;
  if (desk_.pointer.screen == this) desk_.pointer.screen = nullptr;
  for (CaptureProtocol* one : desk_.captures) one->removed(*this);
}

void Screen::request_frame(TimePoint from) {
  const Duration period(std::int64_t{1000} * 1000 * 1000 * 1000 / settings_.refresh);
  const TimePoint when = std::max(from, last_frame_ + period);
  next_frame_ = next_frame_ ? std::min(*next_frame_, when) : when;
}

void Screen::present_if_due(TimePoint when) {
  if (!next_frame_ || *next_frame_ > when) return;
  next_frame_.reset();
  last_frame_ = when;
  desk_.count("frames");
  for (CaptureProtocol* one : desk_.captures) one->present(*this, when);
}

PointerOverlay::PointerOverlay(const Desk& desk, Screen& screen) : screen_(screen) {
  const PointerState& pointer = desk.pointer;
  if (!pointer.touches(screen)) return;
  const Rect rect = pointer.rect();
  covered_ = intersect(rect, Rect::of(screen.size()));
  for (std::int32_t y = covered_.top; y < covered_.bottom; ++y)
    for (std::int32_t x = covered_.left; x < covered_.right; ++x) {
      std::uint32_t& pixel = screen.pixels()[std::ptrdiff_t{y} * screen.size().width + x];
      saved_.push_back(pixel);
      const std::ptrdiff_t in_image =
          std::ptrdiff_t{y - rect.top} * pointer.image.size.width + (x - rect.left);
      pixel = blend(pointer.image.pixels[static_cast<std::size_t>(in_image)], pixel);
    }
}

PointerOverlay::~PointerOverlay() {
  auto saved = saved_.begin();
  for (std::int32_t y = covered_.top; y < covered_.bottom; ++y)
    for (std::int32_t x = covered_.left; x < covered_.right; ++x)
      screen_.pixels()[std::ptrdiff_t{y} * screen_.size().width + x] = *saved++;
}

}  // namespace rustcam::test
