// Pure scenes: a frame number in, pixels and the exact dirty region out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// A pure function of frame number and size: the same arguments give the same pixels, everywhere.
class Scene {
 public:
  virtual ~Scene() = default;
  virtual std::string_view name() const noexcept = 0;
  virtual Size size() const noexcept = 0;
  /// Draws the pixels of `region` of frame `n` (>= 0) into `into` (bgra, of size()).
  virtual void draw(std::int64_t n, const Region& region, const ImageView& into) const = 0;
  /// Exactly the pixels' places that may differ between frame `from` and frame `to`.
  virtual Region dirty(std::int64_t from, std::int64_t to) const = 0;
};

/// "flip_demo", "mover", "static", "gradient".
const std::vector<std::string>& scene_names();

struct SceneOptions {
  bool barcode = true;  ///< draw the frame number (see barcode.h) where the size allows
};

/// Throws UsageError for an unknown name (naming the known ones) or a side outside 1..16384.
std::unique_ptr<Scene> make_scene(std::string_view name, Size size, SceneOptions options = {});

}  // namespace rustcam
