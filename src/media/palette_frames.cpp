#include "media/palette_frames.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rustcam {
namespace {

constexpr std::size_t entries = 256;
/// The last entry is kept transparent: the encoder marks with it what did not change.
constexpr std::size_t own_entries = entries - 1;
/// Squared distances that nobody sees: of a changed pixel on average, and of what changed spread
/// over the whole picture.
constexpr std::uint64_t tolerable_error = 150;
constexpr std::uint64_t tolerable_spread = 2;

FramePtr prototype(Size picture) {
  FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_PAL8;
  frame->width = picture.width;
  frame->height = picture.height;
  return frame;
}

}  // namespace

PaletteFrames::PaletteFrames(Size picture)
    : picture_(picture), pool_(prototype(picture), picture) {}

bool PaletteFrames::serves(const ConstImageView& picture, const Region& damage) {
  if (!palette_) return false;
  std::uint64_t error = 0;
  for (const Rect& r : damage.rects())
    for (std::int32_t y = r.top; y < r.bottom; ++y) {
      const std::uint8_t* p = picture.row(y) + std::ptrdiff_t{4} * r.left;
      for (std::int32_t x = r.left; x < r.right; ++x, p += 4)
        error += palette_->find(colour_at(p)).error;
    }
  const auto changed = static_cast<std::uint64_t>(damage.area());
  const auto whole = static_cast<std::uint64_t>(Rect::of(picture_).area());
  return error <= tolerable_error * changed || error <= tolerable_spread * whole;
}

void PaletteFrames::fill(const ConstImageView& picture, AVFrame& frame, const Region& debt) {
  std::array<std::uint32_t, entries> colours{};
  constexpr std::uint32_t opaque = 0xff000000;
  std::transform(palette_->colours().begin(), palette_->colours().end(), colours.begin(),
                 [](Rgb24 c) { return c | opaque; });
  // Unused entries are opaque as well, or the encoder would take them for the transparent one.
  std::fill(colours.begin() + static_cast<std::ptrdiff_t>(palette_->colours().size()),
            colours.end() - 1, opaque);
  std::memcpy(frame.data[1], colours.data(), sizeof colours);
  for (const Rect& r : debt.rects())
    for (std::int32_t y = r.top; y < r.bottom; ++y) {
      const std::uint8_t* p = picture.row(y) + std::ptrdiff_t{4} * r.left;
      std::uint8_t* out = frame.data[0] + std::ptrdiff_t{y} * frame.linesize[0] + r.left;
      for (std::int32_t x = r.left; x < r.right; ++x, p += 4)
        *out++ = palette_->find(colour_at(p)).index;
    }
}

AVFrame& PaletteFrames::show(const ConstImageView& picture, const Region& damage) {
  pool_.damage(damage);
  if (!damage.empty() && !serves(picture, damage)) {
    palette_.emplace(make_palette(picture, own_entries));
    pool_.damage(Rect::of(picture_));
  }
  return pool_.show([&](AVFrame& frame, const Region& debt) { fill(picture, frame, debt); });
}

}  // namespace rustcam
