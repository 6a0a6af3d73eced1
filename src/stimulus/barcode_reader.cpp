#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "stimulus/barcode.h"
#include "stimulus/barcode_code.h"

namespace rustcam {

namespace {

constexpr double threshold = 128;
// A cell nearer to the threshold than this is covered or destroyed: it says nothing.
constexpr double doubt = 16;

/// Brightness, 0..255, of any picture's pixels.
class Brightness {
 public:
  explicit Brightness(const ConstImageView& picture)
      : picture_(picture), step_(bytes_per_sample_of(picture.format)) {}

  std::int32_t width() const noexcept { return picture_.width(); }
  std::int32_t height() const noexcept { return picture_.height(); }

  double at(std::int32_t x, std::int32_t y) const noexcept {
    const std::uint8_t* p = picture_.row(y) + std::ptrdiff_t{x} * step_;
    if (step_ == 1) return *p;
    // Green weighs the same in both orders of bytes, and a barcode has no colour.
    return (p[0] + 2.0 * p[1] + p[2]) / 4;
  }

  /// The mean over the pixels whose centres lie in the box, at least the one in its middle.
  double mean(double left, double top, double right, double bottom) const noexcept {
    const auto [x0, x1] = pixels(left, right, width());
    const auto [y0, y1] = pixels(top, bottom, height());
    double sum = 0;
    for (std::int32_t y = y0; y < y1; ++y)
      for (std::int32_t x = x0; x < x1; ++x) sum += at(x, y);
    return sum / ((x1 - x0) * (y1 - y0));
  }

 private:
  static int bytes_per_sample_of(PixelFormat format) noexcept {
    switch (format) {
      case PixelFormat::bgra:
      case PixelFormat::rgba:
        return 4;
      case PixelFormat::bgr:
      case PixelFormat::rgb:
        return 3;
      default:
        return 1;
    }
  }

  struct Span {
    std::int32_t begin;
    std::int32_t end;
  };
  static Span pixels(double low, double high, std::int32_t limit) noexcept {
    auto begin = static_cast<std::int32_t>(std::ceil(low - 0.5));
    auto end = static_cast<std::int32_t>(std::floor(high - 0.5)) + 1;
    if (end <= begin) {
      begin = static_cast<std::int32_t>((low + high) / 2);
      end = begin + 1;
    }
    begin = std::clamp(begin, 0, limit - 1);
    return {begin, std::clamp(end, begin + 1, limit)};
  }

  ConstImageView picture_;
  int step_;
};

/// Cells along one direction, in pixels of the picture.
struct Axis {
  double origin = 0;
  double cell = 0;
  double centre(int i) const noexcept { return origin + (i + 0.5) * cell; }
};

/// Finds a chessboard's edge of `cells` cells, the first one white, along a line of brightness;
/// black before it is skipped.
template <typename Line>
std::optional<Axis> find_cells(std::int32_t length, int cells, const Line& line) {
  constexpr int most = barcode::columns;
  double edges[most] = {};
  int count = 0;
  double before = 0;
  bool white = false;
  for (std::int32_t i = 0; i < length && count < cells; ++i) {
    const double here = line(i);
    if ((here > threshold) != white) {
      // Where, between two pixels' centres, the line crosses the threshold.
      edges[count++] = i == 0 ? 0 : i - 0.5 + (before - threshold) / (before - here);
      white = !white;
    }
    before = here;
  }
  if (count < cells) return std::nullopt;
  const Axis axis{edges[0], (edges[cells - 1] - edges[0]) / (cells - 1)};
  if (axis.cell < 1.5) return std::nullopt;
  for (int i = 1; i < cells; ++i)
    if (std::abs(edges[i] - edges[0] - i * axis.cell) > 0.3 * axis.cell + 0.3) return std::nullopt;
  return axis;
}

std::optional<Axis> across(const Brightness& picture, double top, double bottom) {
  return find_cells(picture.width(), barcode::columns,
                    [&](std::int32_t x) { return picture.mean(x, top, x + 1, bottom); });
}

std::optional<Axis> down(const Brightness& picture, double left, double right) {
  return find_cells(picture.height(), barcode::rows,
                    [&](std::int32_t y) { return picture.mean(left, y, right, y + 1); });
}

std::optional<std::uint32_t> read_cells(const Brightness& picture, const Axis& x, const Axis& y) {
  if (x.centre(barcode::columns - 1) >= picture.width() ||
      y.centre(barcode::rows - 1) >= picture.height())
    return std::nullopt;
  std::uint64_t code = 0;
  for (int row = 0; row < barcode::rows; ++row)
    for (int column = 0; column < barcode::columns; ++column) {
      const double cx = x.centre(column);
      const double cy = y.centre(row);
      const double value =
          picture.mean(cx - x.cell / 4, cy - y.cell / 4, cx + x.cell / 4, cy + y.cell / 4);
      if (std::abs(value - threshold) < doubt) return std::nullopt;
      const bool white = value > threshold;
      if (barcode::is_finder(column, row)) {
        if (white != barcode::finder_is_white(column, row)) return std::nullopt;
      } else if (white) {
        code |= std::uint64_t{1} << barcode::code_bit(column, row);
      }
    }
  return barcode::decode(code);
}

}  // namespace

std::optional<std::uint32_t> read_barcode(const ConstImageView& picture) {
  if (picture.empty() || picture.width() < barcode::columns || picture.height() < barcode::rows)
    return std::nullopt;
  const Brightness brightness(picture);
  // In the corner, or with black bars at the sides.
  if (const auto x = across(brightness, 0, 2))
    if (const auto y = down(brightness, x->origin + x->cell / 4, x->origin + x->cell * 3 / 4))
      if (const auto value = read_cells(brightness, *x, *y)) return value;
  // With black bars above and below.
  if (const auto y = down(brightness, 0, 2))
    if (const auto x = across(brightness, y->origin + y->cell / 4, y->origin + y->cell * 3 / 4))
      return read_cells(brightness, *x, *y);
  return std::nullopt;
}

}  // namespace rustcam
