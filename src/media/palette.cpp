#include "media/palette.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <unordered_set>
#include <utility>

namespace rustcam {
namespace {

constexpr int bits = 5;  ///< of each channel in the histogram
constexpr std::size_t bins = std::size_t{1} << (3 * bits);
constexpr std::size_t memory_slots = std::size_t{1} << 16;

int channel(Rgb24 colour, int c) noexcept {
  return static_cast<int>(colour >> (8 * c) & 0xff);
}

/// The colours that share a bin of the histogram.
struct Bin {
  std::array<std::uint64_t, 3> sum{};  ///< blue, green, red
  std::uint64_t count = 0;

  int mean(int c) const noexcept {
    return static_cast<int>((sum[static_cast<std::size_t>(c)] + count / 2) / count);
  }
};

/// Bins [first, last) and how much is to be gained by cutting them in two.
struct Box {
  std::size_t first = 0;
  std::size_t last = 0;
  int widest = 0;
  double worth = 0;
};

Box make_box(const std::vector<Bin>& all, std::size_t first, std::size_t last) {
  Box box{first, last, 0, 0};
  std::uint64_t count = 0;
  for (std::size_t i = first; i < last; ++i) count += all[i].count;
  int extent = 0;
  for (int c = 0; c < 3; ++c) {
    int low = 255;
    int high = 0;
    for (std::size_t i = first; i < last; ++i) {
      low = std::min(low, all[i].mean(c));
      high = std::max(high, all[i].mean(c));
    }
    if (high - low > extent) {
      extent = high - low;
      box.widest = c;
    }
  }
  box.worth = static_cast<double>(count) * extent * extent;
  return box;
}

/// Cuts at half of the pixels, along the channel that varies most.
std::size_t cut(std::vector<Bin>& all, const Box& box) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(box.first);
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(box.last);
  std::sort(begin, end,
            [&](const Bin& a, const Bin& b) { return a.mean(box.widest) < b.mean(box.widest); });
  std::uint64_t count = 0;
  for (auto i = begin; i != end; ++i) count += i->count;
  std::uint64_t below = 0;
  std::size_t at = box.first;
  while (at + 1 < box.last && 2 * below < count) below += all[at++].count;
  return std::max(at, box.first + 1);
}

std::vector<Bin> histogram(const ConstImageView& picture) {
  std::vector<Bin> table(bins);
  for (std::int32_t y = 0; y < picture.height(); ++y) {
    const std::uint8_t* p = picture.row(y);
    for (std::int32_t x = 0; x < picture.width(); ++x, p += 4) {
      constexpr int drop = 8 - bits;
      Bin& bin = table[static_cast<std::size_t>((p[2] >> drop) << (2 * bits) |
                                                (p[1] >> drop) << bits | p[0] >> drop)];
      for (std::size_t c = 0; c < 3; ++c) bin.sum[c] += p[c];
      ++bin.count;
    }
  }
  std::erase_if(table, [](const Bin& b) { return b.count == 0; });
  return table;
}

/// Empty if there are more than `count`.
std::vector<Rgb24> own_colours(const ConstImageView& picture, std::size_t count) {
  std::unordered_set<Rgb24> seen;
  Rgb24 last = std::numeric_limits<Rgb24>::max();
  for (std::int32_t y = 0; y < picture.height(); ++y) {
    const std::uint8_t* p = picture.row(y);
    for (std::int32_t x = 0; x < picture.width(); ++x, p += 4) {
      const Rgb24 colour = colour_at(p);
      if (colour == last) continue;
      last = colour;
      if (seen.insert(colour).second && seen.size() > count) return {};
    }
  }
  std::vector<Rgb24> colours(seen.begin(), seen.end());
  std::sort(colours.begin(), colours.end());
  return colours;
}

}  // namespace

std::vector<Rgb24> make_palette(const ConstImageView& picture, std::size_t count) {
  std::vector<Rgb24> colours = own_colours(picture, count);
  if (!colours.empty()) return colours;

  std::vector<Bin> all = histogram(picture);
  std::vector<Box> boxes{make_box(all, 0, all.size())};
  while (boxes.size() < count) {
    const auto worst = std::max_element(
        boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.worth < b.worth; });
    if (worst->last - worst->first < 2 || worst->worth <= 0) break;
    const std::size_t at = cut(all, *worst);
    const Box right = make_box(all, at, worst->last);
    *worst = make_box(all, worst->first, at);
    boxes.push_back(right);
  }
  for (const Box& box : boxes) {
    Bin whole;
    for (std::size_t i = box.first; i < box.last; ++i) {
      for (std::size_t c = 0; c < 3; ++c) whole.sum[c] += all[i].sum[c];
      whole.count += all[i].count;
    }
    colours.push_back(static_cast<Rgb24>(whole.mean(2) << 16 | whole.mean(1) << 8 | whole.mean(0)));
  }
  return colours;
}

PaletteIndex::PaletteIndex(std::vector<Rgb24> colours)
    : colours_(std::move(colours)), memory_(memory_slots) {}

PaletteIndex::Match PaletteIndex::find(Rgb24 colour) {
  constexpr std::uint32_t spread = 2654435761U;  // Knuth's multiplicative hash
  Remembered& slot = memory_[colour * spread >> 16];
  if (slot.colour == colour) return slot.match;
  Match best{0, std::numeric_limits<std::uint32_t>::max()};
  for (std::size_t i = 0; i < colours_.size(); ++i) {
    std::uint32_t error = 0;
    for (int c = 0; c < 3; ++c) {
      const int d = channel(colour, c) - channel(colours_[i], c);
      error += static_cast<std::uint32_t>(d * d);
    }
    if (error < best.error) best = {static_cast<std::uint8_t>(i), error};
  }
  slot = {colour, best};
  return best;
}

}  // namespace rustcam
