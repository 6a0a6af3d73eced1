#include "shm_pixels.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "protocols.h"

namespace rustcam::test {
namespace {

constexpr std::uint32_t red(std::uint32_t p) {
  return p >> 16 & 0xFF;
}
constexpr std::uint32_t green(std::uint32_t p) {
  return p >> 8 & 0xFF;
}
constexpr std::uint32_t blue(std::uint32_t p) {
  return p & 0xFF;
}
constexpr std::uint32_t alpha(std::uint32_t p) {
  return p >> 24;
}
constexpr std::uint32_t bgr(std::uint32_t p) {
  return blue(p) << 16 | green(p) << 8 | red(p);
}
constexpr std::uint32_t ten(std::uint32_t v) {
  return v << 2 | v >> 6;
}

struct Format {
  std::string_view name;
  std::uint32_t number;
  int bytes;
  std::uint32_t (*packed)(std::uint32_t pixel);  ///< little-endian in memory
};

constexpr std::array<Format, 14> formats{{
    {"XRGB8888", WL_SHM_FORMAT_XRGB8888, 4, [](std::uint32_t p) { return p & 0xFFFFFF; }},
    {"ARGB8888", WL_SHM_FORMAT_ARGB8888, 4, [](std::uint32_t p) { return p; }},
    {"XBGR8888", WL_SHM_FORMAT_XBGR8888, 4, [](std::uint32_t p) { return bgr(p); }},
    {"ABGR8888", WL_SHM_FORMAT_ABGR8888, 4,
     [](std::uint32_t p) { return alpha(p) << 24 | bgr(p); }},
    {"RGBX8888", WL_SHM_FORMAT_RGBX8888, 4, [](std::uint32_t p) { return p << 8; }},
    {"RGBA8888", WL_SHM_FORMAT_RGBA8888, 4, [](std::uint32_t p) { return p << 8 | alpha(p); }},
    {"BGRX8888", WL_SHM_FORMAT_BGRX8888, 4, [](std::uint32_t p) { return bgr(p) << 8; }},
    {"BGRA8888", WL_SHM_FORMAT_BGRA8888, 4, [](std::uint32_t p) { return bgr(p) << 8 | alpha(p); }},
    {"XRGB2101010", WL_SHM_FORMAT_XRGB2101010, 4,
     [](std::uint32_t p) { return ten(red(p)) << 20 | ten(green(p)) << 10 | ten(blue(p)); }},
    {"XBGR2101010", WL_SHM_FORMAT_XBGR2101010, 4,
     [](std::uint32_t p) { return ten(blue(p)) << 20 | ten(green(p)) << 10 | ten(red(p)); }},
    {"ARGB2101010", WL_SHM_FORMAT_ARGB2101010, 4,
     [](std::uint32_t p) {
       return alpha(p) >> 6 << 30 | ten(red(p)) << 20 | ten(green(p)) << 10 | ten(blue(p));
     }},
    {"BGR888", WL_SHM_FORMAT_BGR888, 3, [](std::uint32_t p) { return bgr(p); }},
    {"RGB888", WL_SHM_FORMAT_RGB888, 3, [](std::uint32_t p) { return p; }},
    {"RGB565", WL_SHM_FORMAT_RGB565, 2,
     [](std::uint32_t p) { return red(p) >> 3 << 11 | green(p) >> 2 << 5 | blue(p) >> 3; }},
}};

constexpr auto numbers = [] {
  std::array<std::uint32_t, formats.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = formats[i].number;
  return all;
}();

const Format* known(std::uint32_t format) noexcept {
  const auto found = std::ranges::find(formats, format, &Format::number);
  return found == formats.end() ? nullptr : &*found;
}

/// The two that everybody uses are written a word at a time.
void write_row(const Format& format, const std::uint32_t* from, std::ptrdiff_t step,
               std::int32_t count, std::uint8_t* into) noexcept {
  const bool opaque = format.number == WL_SHM_FORMAT_ARGB8888;
  if (opaque || format.number == WL_SHM_FORMAT_XRGB8888) {
    const std::uint32_t mask = opaque ? 0xFFFFFFFF : 0xFFFFFF;
    for (std::int32_t x = 0; x < count; ++x) {
      const std::uint32_t word = from[x * step] & mask;
      std::memcpy(into + std::ptrdiff_t{x} * 4, &word, 4);
    }
    return;
  }
  for (std::int32_t x = 0; x < count; ++x) {
    const std::uint32_t word = format.packed(from[x * step]);
    std::memcpy(into + std::ptrdiff_t{x} * format.bytes, &word,
                static_cast<std::size_t>(format.bytes));
  }
}

}  // namespace

std::span<const std::uint32_t> shm_formats() noexcept {
  return numbers;
}

std::optional<int> bytes_per_pixel(std::uint32_t format) noexcept {
  const Format* found = known(format);
  if (found == nullptr) return std::nullopt;
  return found->bytes;
}

std::optional<std::uint32_t> shm_format_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(formats, name, &Format::name);
  if (found == formats.end()) return std::nullopt;
  return found->number;
}

void write_pixels(const std::uint32_t* upright, const Turn& turn, const Rect& part, Point corner,
                  const ShmView& into) noexcept {
  const Format* format = known(into.format);
  if (format == nullptr) return;
  const Size room{std::min(into.size.width, into.stride / format->bytes), into.size.height};
  Rect r = intersect(part, Rect::of(turn.buffer_size()));
  r = intersect(r, Rect::of(corner, room));
  const Turn::Steps steps = turn.steps();
  for (std::int32_t y = r.top; y < r.bottom; ++y) {
    const std::int32_t row = y - corner.y;
    const std::ptrdiff_t line = into.upside_down ? room.height - 1 - row : row;
    write_row(*format, upright + steps.origin + r.left * steps.across + y * steps.down,
              steps.across, static_cast<std::int32_t>(r.width()),
              into.data + line * into.stride + std::ptrdiff_t{r.left - corner.x} * format->bytes);
  }
}

}  // namespace rustcam::test
