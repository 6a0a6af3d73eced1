// Pure scenes: a frame number in, pixels and the exact dirty region out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

class Canvas;

struct SceneOptions {
  bool barcode = true;  ///< draw the frame number (see barcode.h) if the size allows
  Rational hz{};        ///< frames a second, for a scene that follows the time
};

/// A pure function of frame number and size: the same arguments give the same pixels, everywhere.
/// Frame numbers are >= 0; the barcode shows their low 32 bits.
class Scene {
 public:
  virtual ~Scene() = default;
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  virtual std::string_view name() const noexcept = 0;
  Size size() const noexcept { return size_; }
  /// Draws the pixels of `region` of frame `n` into `into`, a bgra picture whose corner is at
  /// `origin` on the scene. What lies outside the scene or outside `into` is left alone. Throws
  /// std::invalid_argument if `into` is not bgra.
  void draw(std::int64_t n, const Region& region, const ImageView& into, Point origin = {}) const;
  /// Where pixels may differ between frame `from` and frame `to`: none outside does.
  Region dirty(std::int64_t from, std::int64_t to) const;

 protected:
  Scene(Size size, SceneOptions options) : size_(size), options_(options) {}

 private:
  /// Draws `r` of frame `n`; `r` is inside the scene and the canvas.
  virtual void paint(std::int64_t n, const Rect& r, const Canvas& canvas) const = 0;
  /// As dirty(), without the barcode, which is drawn over everything.
  virtual Region changed(std::int64_t from, std::int64_t to) const = 0;
  /// The number that frame `n`'s barcode shows.
  virtual std::int64_t barcode_number(std::int64_t n) const noexcept { return n; }

  Size size_;
  SceneOptions options_;
};

/// "flip_demo", "mover", "static", "gradient", "clap".
const std::vector<std::string>& scene_names();

/// Throws UsageError for an unknown name (naming the known ones) or a side outside 1..16384.
std::unique_ptr<Scene> make_scene(std::string_view name, Size size, SceneOptions options = {});

}  // namespace rustcam
