// A set of pixels as disjoint rectangles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/geometry.h"

namespace rustcam {

/// Disjoint rectangles in y-x banded order: sorted by top, then left; all rectangles of a band
/// share top and bottom, do not touch one another, and bands that would be equal are joined. So two
/// regions of the same pixels have the same rectangles.
class Region {
 public:
  Region() = default;
  Region(const Rect& r) {  // NOLINT(google-explicit-constructor): a rectangle is a region
    if (!r.empty()) rects_.push_back(r);
  }

  bool empty() const noexcept { return rects_.empty(); }
  std::span<const Rect> rects() const& noexcept { return rects_; }
  std::span<const Rect> rects() const&& = delete;  ///< they would be gone before they are used
  std::size_t count() const noexcept { return rects_.size(); }
  Rect bounds() const noexcept;
  std::int64_t area() const noexcept;
  bool contains(Point p) const noexcept;
  /// True if every pixel of `r` is in the region.
  bool contains(const Rect& r) const;

  void clear() noexcept { rects_.clear(); }
  void add(const Rect& r);
  void add(const Region& other);
  void subtract(const Region& other);
  void intersect(const Rect& r);
  void intersect(const Region& other);
  void translate(std::int32_t dx, std::int32_t dy);

  /// A superset of at most `max_rects` rectangles (1 if that is 0). Neighbours that nearly fill
  /// the box around them become that box, since one big copy costs less than many small ones; if
  /// there are still too many, those whose joining wastes the least.
  Region simplified(std::size_t max_rects) const;

  friend bool operator==(const Region&, const Region&) = default;

 private:
  std::vector<Rect> rects_;
};

/// Every rectangle widened to even edges inside `bounds`, as 4:2:0 conversion needs.
Region widen_to_even(const Region& region, const Rect& bounds);

}  // namespace rustcam
