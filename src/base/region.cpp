#include "base/region.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace rustcam {
namespace {

struct Span {
  std::int32_t left;
  std::int32_t right;
  friend bool operator==(const Span&, const Span&) = default;
};
using Spans = std::vector<Span>;

enum class Op { unite, subtract, intersect };

bool inside(Op op, bool a, bool b) {
  switch (op) {
    case Op::unite:
      return a || b;
    case Op::subtract:
      return a && !b;
    case Op::intersect:
      return a && b;
  }
  return false;
}

/// One band: sweeps the edges of both span lists from left to right.
void combine(const Spans& a, const Spans& b, Op op, Spans& out) {
  out.clear();
  std::size_t ia = 0;
  std::size_t ib = 0;  // edge index: even = entering, odd = leaving
  const auto edge = [](const Spans& s, std::size_t i) -> std::int64_t {
    if (i >= 2 * s.size()) return std::numeric_limits<std::int64_t>::max();
    return i % 2 == 0 ? s[i / 2].left : s[i / 2].right;
  };
  bool was = false;
  while (ia < 2 * a.size() || ib < 2 * b.size()) {
    const std::int64_t x = std::min(edge(a, ia), edge(b, ib));
    while (edge(a, ia) == x) ++ia;
    while (edge(b, ib) == x) ++ib;
    const bool is = inside(op, ia % 2 == 1, ib % 2 == 1);
    if (is && !was) out.push_back({static_cast<std::int32_t>(x), 0});
    if (!is && was) out.back().right = static_cast<std::int32_t>(x);
    was = is;
  }
}

/// The spans of `rects` (banded) that cross row y; `from` advances past finished bands.
void spans_at(std::span<const Rect> rects, std::int32_t y, std::size_t& from, Spans& out) {
  out.clear();
  while (from < rects.size() && rects[from].bottom <= y) ++from;
  for (std::size_t i = from; i < rects.size() && rects[i].top <= y; ++i)
    out.push_back({rects[i].left, rects[i].right});
}

std::vector<Rect> combine(std::span<const Rect> a, std::span<const Rect> b, Op op) {
  std::vector<std::int32_t> ys;
  ys.reserve(2 * (a.size() + b.size()));
  for (const auto rects : {a, b})
    for (const Rect& r : rects) {
      ys.push_back(r.top);
      ys.push_back(r.bottom);
    }
  std::sort(ys.begin(), ys.end());
  ys.erase(std::unique(ys.begin(), ys.end()), ys.end());

  std::vector<Rect> out;
  Spans sa;
  Spans sb;
  Spans band;
  Spans last_band;
  std::size_t from_a = 0;
  std::size_t from_b = 0;
  for (std::size_t i = 0; i + 1 < ys.size(); ++i) {
    spans_at(a, ys[i], from_a, sa);
    spans_at(b, ys[i], from_b, sb);
    combine(sa, sb, op, band);
    const bool joins = !band.empty() && band == last_band && out.back().bottom == ys[i];
    if (joins) {
      for (std::size_t k = 0; k < band.size(); ++k) out[out.size() - 1 - k].bottom = ys[i + 1];
    } else {
      for (const Span& s : band) out.push_back({s.left, ys[i], s.right, ys[i + 1]});
    }
    last_band.swap(band);
  }
  return out;
}

}  // namespace

Rect Region::bounds() const noexcept {
  Rect b;
  for (const Rect& r : rects_) b = bounding(b, r);
  return b;
}

std::int64_t Region::area() const noexcept {
  std::int64_t sum = 0;
  for (const Rect& r : rects_) sum += r.area();
  return sum;
}

bool Region::contains(Point p) const noexcept {
  return std::any_of(rects_.begin(), rects_.end(), [&](const Rect& r) { return r.contains(p); });
}

bool Region::contains(const Rect& r) const {
  if (std::any_of(rects_.begin(), rects_.end(), [&](const Rect& own) { return own.contains(r); }))
    return true;
  Region rest(r);
  rest.subtract(*this);
  return rest.empty();
}

void Region::add(const Rect& r) {
  if (r.empty()) return;
  if (rects_.size() == 1 && rects_[0].contains(r)) return;
  if (std::all_of(rects_.begin(), rects_.end(), [&](const Rect& own) { return r.contains(own); })) {
    rects_.assign(1, r);
    return;
  }
  rects_ = combine(rects_, std::span(&r, 1), Op::unite);
}

void Region::add(const Region& other) {
  if (other.rects_.empty()) return;
  if (other.rects_.size() == 1) return add(other.rects_[0]);
  if (rects_.empty()) {
    rects_ = other.rects_;
    return;
  }
  rects_ = combine(rects_, other.rects_, Op::unite);
}

void Region::subtract(const Region& other) {
  if (!rects_.empty() && !other.rects_.empty())
    rects_ = combine(rects_, other.rects_, Op::subtract);
}

void Region::intersect(const Rect& r) {
  if (r.contains(bounds())) return;
  rects_ = r.empty() ? std::vector<Rect>{} : combine(rects_, std::span(&r, 1), Op::intersect);
}

void Region::intersect(const Region& other) {
  rects_ = combine(rects_, other.rects_, Op::intersect);
}

void Region::translate(std::int32_t dx, std::int32_t dy) {
  for (Rect& r : rects_) r = rustcam::translate(r, dx, dy);
}

namespace {

std::int64_t waste(const Rect& a, const Rect& b) {
  return bounding(a, b).area() - a.area() - b.area();
}

bool nearly_fill(const Rect& a, const Rect& b) {
  return waste(a, b) * 8 <= bounding(a, b).area();
}

/// Rectangles of one object lie near one another in the order of bands, even if another object
/// shares its bands; looking no further keeps the cost linear.
constexpr std::size_t neighbours = 4;

void join(std::vector<Rect>& boxes, std::size_t i, std::size_t j) {
  boxes[i] = bounding(boxes[i], boxes[j]);
  boxes.erase(boxes.begin() + static_cast<std::ptrdiff_t>(j));
}

void join_where_nearly_full(std::vector<Rect>& boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i)
    for (std::size_t j = i + 1; j < boxes.size() && j <= i + neighbours;) {
      if (nearly_fill(boxes[i], boxes[j])) {
        join(boxes, i, j);
        j = i + 1;
      } else {
        ++j;
      }
    }
}

void join_cheapest(std::vector<Rect>& boxes, std::size_t max_boxes) {
  while (boxes.size() > max_boxes) {
    std::size_t best_i = 0;
    std::size_t best_j = 1;
    for (std::size_t i = 0; i < boxes.size(); ++i)
      for (std::size_t j = i + 1; j < boxes.size() && j <= i + neighbours; ++j)
        if (waste(boxes[i], boxes[j]) < waste(boxes[best_i], boxes[best_j])) {
          best_i = i;
          best_j = j;
        }
    join(boxes, best_i, best_j);
  }
}

}  // namespace

Region Region::simplified(std::size_t max_rects) const {
  if (rects_.size() <= 1) return *this;
  std::vector<Rect> boxes = rects_;
  join_where_nearly_full(boxes);
  if (boxes.size() == rects_.size() && boxes.size() <= max_rects) return *this;
  // Boxes that share bands split one another, so fewer of them may be needed.
  for (std::size_t most = std::max<std::size_t>(max_rects, 1);; most /= 2) {
    join_cheapest(boxes, std::max<std::size_t>(most, 1));
    Region joined;
    for (const Rect& box : boxes) joined.add(box);
    if (joined.count() <= max_rects || boxes.size() == 1) return joined;
  }
}

Region widen_to_even(const Region& region, const Rect& bounds) {
  Region out;
  for (const Rect& r : region.rects()) out.add(widen_to_even(r, bounds));
  return out;
}

}  // namespace rustcam
