#include "image/frame.h"

#include <cstddef>

namespace rustcam {

void FoldDamage::operator()(Frame& newer, const Frame& older) const {
  constexpr std::size_t max_rects = 64;
  newer.damage.add(older.damage);
  newer.damage.intersect(Rect::of(newer.size()));
  newer.damage = newer.damage.simplified(max_rects);
}

}  // namespace rustcam
