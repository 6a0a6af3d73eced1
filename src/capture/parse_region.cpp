// The three forms in which people and tools write a region.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "capture/target_request.h"

namespace rustcam {
namespace {

/// Reads numbers and separators from the left; once something does not fit, stays failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::int64_t number() {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{}) {
      ok_ = false;
      return 0;
    }
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  void expect(char separator) {
    if (text_.empty() || text_.front() != separator) {
      ok_ = false;
      return;
    }
    text_.remove_prefix(1);
  }
  bool finished() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

constexpr bool fits(std::int64_t v) {
  return v >= std::numeric_limits<std::int32_t>::min() &&
         v <= std::numeric_limits<std::int32_t>::max();
}

std::optional<Rect> place(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height) {
  if (width < 0 || height < 0 || !fits(x + width) || !fits(y + height)) return std::nullopt;
  return Rect{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
              static_cast<std::int32_t>(x + width), static_cast<std::int32_t>(y + height)};
}

std::optional<Rect> read_edges(std::string_view text) {
  Reader reader(text);
  Rect r;
  r.left = static_cast<std::int32_t>(reader.number());
  reader.expect(',');
  r.top = static_cast<std::int32_t>(reader.number());
  reader.expect(',');
  r.right = static_cast<std::int32_t>(reader.number());
  reader.expect(',');
  r.bottom = static_cast<std::int32_t>(reader.number());
  return reader.finished() ? std::optional(r) : std::nullopt;
}

std::optional<Rect> read_slurp(std::string_view text) {
  Reader reader(text);
  const std::int64_t x = reader.number();
  reader.expect(',');
  const std::int64_t y = reader.number();
  reader.expect(' ');
  const std::int64_t width = reader.number();
  reader.expect('x');
  const std::int64_t height = reader.number();
  return reader.finished() ? place(x, y, width, height) : std::nullopt;
}

/// X's "WxH-X-Y" counts from the far edges, which no tool prints for a region: it is refused.
std::optional<Rect> read_x_geometry(std::string_view text) {
  Reader reader(text);
  const std::int64_t width = reader.number();
  reader.expect('x');
  const std::int64_t height = reader.number();
  reader.expect('+');
  const std::int64_t x = reader.number();
  reader.expect('+');
  const std::int64_t y = reader.number();
  return reader.finished() ? place(x, y, width, height) : std::nullopt;
}

}  // namespace

RegionRequest parse_region(std::string_view text) {
  if (const auto r = read_edges(text)) return {*r, false};
  if (const auto r = read_slurp(text)) return {*r, true};
  if (const auto r = read_x_geometry(text)) return {*r, true};
  throw UsageError("cannot read the region \"" + std::string(text) +
                   "\"; write L,T,R,B from the output's corner, or \"X,Y WxH\" or WxH+X+Y in "
                   "desktop coordinates");
}

}  // namespace rustcam
