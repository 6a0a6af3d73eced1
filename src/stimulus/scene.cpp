#include "stimulus/scene.h"

#include <algorithm>

#include "base/error.h"
#include "stimulus/barcode.h"
#include "stimulus/canvas.h"
#include "stimulus/clap.h"
#include "stimulus/flip_demo.h"
#include "stimulus/gradient.h"
#include "stimulus/mover.h"
#include "stimulus/static_scene.h"

namespace rustcam {

void Scene::draw(std::int64_t n, const Region& region, const ImageView& into, Point origin) const {
  const Canvas canvas(into, origin);
  const Rect visible = intersect(Rect::of(size_), canvas.bounds());
  const Rect barcode = options_.barcode ? barcode_rect(size_) : Rect{};
  for (const Rect& rect : region.rects()) {
    const Rect r = intersect(rect, visible);
    if (r.empty()) continue;
    if (!barcode.contains(r)) paint(n, r, canvas);
    if (!intersect(r, barcode).empty())
      draw_barcode(static_cast<std::uint32_t>(barcode_number(n)), r, size_, into, origin);
  }
}

Region Scene::dirty(std::int64_t from, std::int64_t to) const {
  Region region = changed(from, to);
  if (!options_.barcode || region == Region(Rect::of(size_))) return region;
  region.subtract(barcode_rect(size_));
  if (static_cast<std::uint32_t>(barcode_number(from)) !=
      static_cast<std::uint32_t>(barcode_number(to)))
    region.add(barcode_changing_rect(size_));
  return region;
}

const std::vector<std::string>& scene_names() {
  static const std::vector<std::string> names{"flip_demo", "mover", "static", "gradient", "clap"};
  return names;
}

std::unique_ptr<Scene> make_scene(std::string_view name, Size size, SceneOptions options) {
  constexpr std::int32_t max_side = 16384;
  if (size.width < 1 || size.height < 1 || size.width > max_side || size.height > max_side)
    throw UsageError("a stimulus cannot be " + to_string(size) + ": give sides from 1 to " +
                     std::to_string(max_side));
  if (name == "flip_demo") return std::make_unique<FlipDemo>(size, options);
  if (name == "mover") return std::make_unique<Mover>(size, options);
  if (name == "static") return std::make_unique<StaticScene>(size, options);
  if (name == "gradient") return std::make_unique<Gradient>(size, options);
  if (name == "clap") return std::make_unique<Clap>(size, options);
  std::string known;
  for (const std::string& one : scene_names()) known += (known.empty() ? "" : ", ") + one;
  throw UsageError("unknown stimulus '" + std::string(name) + "': there are " + known);
}

}  // namespace rustcam
