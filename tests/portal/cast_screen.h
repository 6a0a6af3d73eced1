// What the made-up desktop shows: a scene with its barcode, and a pointer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/geometry.h"
#include "base/rational.h"
#include "base/region.h"
#include "base/time.h"
#include "image/image.h"
#include "stimulus/scene.h"

namespace rustcam::test {

/// The pointer's picture: 16x16 pixels, its hot spot at (4, 6). Its quarters are red, green, blue,
/// and white that is half seen through (colours are multiplied by their alpha).
struct CastPointer {
  static constexpr Size size{16, 16};
  static constexpr Point hot_spot{4, 6};
  /// 0xAARRGGBB
  static std::uint32_t pixel(std::int32_t x, std::int32_t y) noexcept;
};

/// Which picture it is: what tells two of them apart.
struct Shown {
  std::int64_t number = 0;
  std::int64_t era = 0;  ///< everything has changed from one to the next
  Rect pointer;          ///< in the buffer, if it is drawn into it
};

class CastScreen {
 public:
  CastScreen(std::string scene, Size buffer, Rational hz);

  /// Of the buffers.
  Size size() const noexcept { return buffer_; }
  Rational hz() const noexcept { return hz_; }
  std::optional<Rect> crop() const noexcept { return crop_; }
  std::uint32_t transform() const noexcept { return transform_; }
  /// Where its hot spot is, in upright pixels of what is seen; nullopt: hidden.
  std::optional<Point> pointer() const noexcept { return pointer_; }

  /// True if there is a new picture by now.
  bool advance(TimePoint at);
  /// nullopt: it stands.
  std::optional<TimePoint> next_picture() const;

  void stand();
  void go_on();
  void step();
  void turn_black();
  void move_pointer(std::optional<Point> to) { pointer_ = to; }
  void resize(Size buffer);
  /// What of the buffer is seen; around it is magenta. nullopt: all.
  void set_crop(std::optional<Rect> part);
  /// As wl_output's, 0..7.
  void set_transform(std::uint32_t transform);

  Shown shown(bool with_pointer) const;
  /// In the buffer, of the part that is seen.
  Region changed(const Shown& from, const Shown& to) const;
  /// Draws the whole buffer (bgra).
  void draw(const ImageView& into, bool with_pointer);

 private:
  Rect seen() const { return crop_.value_or(Rect::of(buffer_)); }
  void remake();
  void draw_pointer(const ImageView& upright) const;

  std::string name_;
  Size buffer_;
  Rational hz_;
  std::optional<Rect> crop_;
  std::uint32_t transform_ = 0;
  std::optional<Point> pointer_;
  std::unique_ptr<Scene> scene_;
  Image upright_;

  std::int64_t number_ = 0;
  std::int64_t era_ = 0;
  bool black_ = false;
  /// When it began to move, and with which number; nullopt: it stands.
  std::optional<TimePoint> moves_since_ = now();
  std::int64_t first_number_ = 0;
};

}  // namespace rustcam::test
