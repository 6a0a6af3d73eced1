#include "cast_screen.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include "support/wayland/turn.h"

namespace rustcam::test {
namespace {

constexpr std::uint32_t magenta = 0xFFFF00FF;

void fill(const ImageView& into, std::uint32_t pixel) {
  for (std::int32_t y = 0; y < into.height(); ++y)
    for (std::int32_t x = 0; x < into.width(); ++x)
      std::memcpy(into.row(y) + std::ptrdiff_t{x} * 4, &pixel, sizeof pixel);
}

/// Colours multiplied by their alpha, laid over a pixel.
std::uint32_t over(std::uint32_t above, std::uint32_t below) {
  const std::uint32_t rest = 255 - (above >> 24);
  std::uint32_t mixed = 0;
  for (unsigned shift = 0; shift < 32; shift += 8)
    mixed |= ((above >> shift & 0xFF) + (below >> shift & 0xFF) * rest / 255) << shift;
  return mixed;
}

void copy_turned(const ImageView& upright, std::uint32_t transform, const ImageView& into) {
  const Turn::Steps steps = Turn(static_cast<std::int32_t>(transform), upright.size).steps();
  const std::ptrdiff_t width = upright.width();
  for (std::int32_t y = 0; y < into.height(); ++y) {
    if (transform == 0) {
      std::memcpy(into.row(y), upright.row(y), static_cast<std::size_t>(width) * 4);
      continue;
    }
    for (std::int32_t x = 0; x < into.width(); ++x) {
      const std::ptrdiff_t at = steps.origin + x * steps.across + y * steps.down;
      std::memcpy(into.row(y) + std::ptrdiff_t{x} * 4,
                  upright.row(static_cast<std::int32_t>(at / width)) + at % width * 4, 4);
    }
  }
}

}  // namespace

std::uint32_t CastPointer::pixel(std::int32_t x, std::int32_t y) noexcept {
  if (y < size.height / 2) return x < size.width / 2 ? 0xFFFF0000 : 0xFF00FF00;
  return x < size.width / 2 ? 0xFF0000FF : 0x80808080;
}

CastScreen::CastScreen(std::string scene, Size buffer, Rational hz)
    : name_(std::move(scene)), buffer_(buffer), hz_(hz) {
  remake();
}

void CastScreen::remake() {
  const Size part = seen().size();
  const Size upright = transform_ % 2 != 0 ? Size{part.height, part.width} : part;
  scene_ = make_scene(name_, upright, {.hz = hz_});
  upright_ = Image(PixelFormat::bgra, upright);
  ++era_;
}

bool CastScreen::advance(TimePoint at) {
  if (!moves_since_) return false;
  const auto gone = static_cast<std::int64_t>(std::floor(to_s(at - *moves_since_) * hz_.value()));
  if (first_number_ + gone <= number_) return false;
  number_ = first_number_ + gone;
  return true;
}

std::optional<TimePoint> CastScreen::next_picture() const {
  if (!moves_since_) return std::nullopt;
  const auto gone = static_cast<double>(number_ + 1 - first_number_);
  return *moves_since_ + from_s(gone / hz_.value()) + Duration(1);
}

void CastScreen::stand() {
  moves_since_.reset();
}

void CastScreen::go_on() {
  if (black_) ++era_;
  black_ = false;
  first_number_ = number_;
  moves_since_ = now();
}

void CastScreen::step() {
  stand();
  if (black_) ++era_;
  black_ = false;
  ++number_;
}

void CastScreen::turn_black() {
  stand();
  black_ = true;
  ++era_;
}

void CastScreen::resize(Size buffer) {
  buffer_ = buffer;
  crop_.reset();
  remake();
}

void CastScreen::set_crop(std::optional<Rect> part) {
  crop_ = part;
  remake();
}

void CastScreen::set_transform(std::uint32_t transform) {
  transform_ = transform;
  remake();
}

Shown CastScreen::shown(bool with_pointer) const {
  Shown shown{.number = number_, .era = era_, .pointer = {}};
  if (!with_pointer || !pointer_) return shown;
  const Point corner{pointer_->x - CastPointer::hot_spot.x, pointer_->y - CastPointer::hot_spot.y};
  const Rect upright = intersect(Rect::of(corner, CastPointer::size), Rect::of(scene_->size()));
  if (upright.empty()) return shown;
  const Rect turned =
      Turn(static_cast<std::int32_t>(transform_), scene_->size()).to_buffer(upright);
  shown.pointer = translate(turned, seen().left, seen().top);
  return shown;
}

Region CastScreen::changed(const Shown& from, const Shown& to) const {
  if (from.era != to.era) return seen();
  Region region;
  if (from.number != to.number) {
    region = Turn(static_cast<std::int32_t>(transform_), scene_->size())
                 .to_buffer(scene_->dirty(from.number, to.number));
    region.translate(seen().left, seen().top);
  }
  if (from.pointer != to.pointer) {
    region.add(from.pointer);
    region.add(to.pointer);
  }
  return region;
}

void CastScreen::draw_pointer(const ImageView& upright) const {
  for (std::int32_t y = 0; y < CastPointer::size.height; ++y)
    for (std::int32_t x = 0; x < CastPointer::size.width; ++x) {
      const Point at{pointer_->x - CastPointer::hot_spot.x + x,
                     pointer_->y - CastPointer::hot_spot.y + y};
      if (!Rect::of(upright.size).contains(at)) continue;
      std::uint8_t* const place = upright.row(at.y) + std::ptrdiff_t{at.x} * 4;
      std::uint32_t pixel = 0;
      std::memcpy(&pixel, place, sizeof pixel);
      pixel = over(CastPointer::pixel(x, y), pixel);
      std::memcpy(place, &pixel, sizeof pixel);
    }
}

void CastScreen::draw(const ImageView& into, bool with_pointer) {
  const ImageView upright = upright_.view();
  if (black_)
    fill(upright, 0xFF000000);
  else
    scene_->draw(number_, Rect::of(upright.size), upright);
  if (with_pointer && pointer_) draw_pointer(upright);
  if (crop_) fill(into, magenta);
  copy_turned(upright, transform_, rustcam::crop(into, seen()));
}

}  // namespace rustcam::test
