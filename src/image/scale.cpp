#include "image/scale.h"

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "image/convert.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace rustcam {
namespace {

void require_bgra(const ConstImageView& picture) {
  if (picture.empty() || picture.format != PixelFormat::bgra)
    throw std::invalid_argument("only bgra pictures can be scaled");
}

void paint_black(const ImageView& picture, const Rect& r) {
  for (std::int32_t y = r.top; y < r.bottom; ++y) {
    std::uint8_t* p = picture.row(y) + std::ptrdiff_t{r.left} * 4;
    for (std::int32_t x = r.left; x < r.right; ++x, p += 4) {
      p[0] = p[1] = p[2] = 0;
      p[3] = 255;
    }
  }
}

/// a * b / c rounded to the nearest, in 1..limit.
std::int32_t proportional(std::int64_t a, std::int64_t b, std::int64_t c, std::int32_t limit) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>((a * b + c / 2) / c, 1, limit));
}

}  // namespace

Rect fit_into(Size picture, Size frame) noexcept {
  const bool wider =
      std::int64_t{picture.width} * frame.height >= std::int64_t{frame.width} * picture.height;
  const Size s = wider
                     ? Size{frame.width,
                            proportional(picture.height, frame.width, picture.width, frame.height)}
                     : Size{proportional(picture.width, frame.height, picture.height, frame.width),
                            frame.height};
  return Rect::of(Point{(frame.width - s.width) / 2, (frame.height - s.height) / 2}, s);
}

struct Scaler::Impl {
  struct Free {
    void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
  };
  std::unique_ptr<SwsContext, Free> context;
  Size from;
  Size into;

  void prepare(Size new_from, Size new_into) {
    if (context && from == new_from && into == new_into) return;
    // Smaller: the mean of what each pixel covers; larger: smooth. The flags keep the full width of
    // colour and proper rounding, which swscale gives up by default.
    const bool smaller = new_into.width < new_from.width || new_into.height < new_from.height;
    const int flags = (smaller ? SWS_AREA : SWS_BICUBIC) | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP |
                      SWS_ACCURATE_RND;
    context.reset(sws_getContext(new_from.width, new_from.height, AV_PIX_FMT_BGR0, new_into.width,
                                 new_into.height, AV_PIX_FMT_BGR0, flags, nullptr, nullptr,
                                 nullptr));
    if (!context)
      throw MediaError("cannot scale " + to_string(new_from) + " to " + to_string(new_into) +
                       ": choose another --size");
    from = new_from;
    into = new_into;
  }
};

Scaler::Scaler() : impl_(std::make_unique<Impl>()) {}
Scaler::~Scaler() = default;
Scaler::Scaler(Scaler&&) noexcept = default;
Scaler& Scaler::operator=(Scaler&&) noexcept = default;

void Scaler::scale(const ConstImageView& from, const ImageView& into) {
  require_bgra(from);
  require_bgra(as_const(into));
  if (from.size == into.size) return convert(from, into);
  impl_->prepare(from.size, into.size);
  const std::uint8_t* source[] = {from.planes[0].data, nullptr, nullptr, nullptr};
  std::uint8_t* target[] = {into.planes[0].data, nullptr, nullptr, nullptr};
  const int source_stride[] = {static_cast<int>(from.planes[0].stride), 0, 0, 0};
  const int target_stride[] = {static_cast<int>(into.planes[0].stride), 0, 0, 0};
  if (sws_scale(impl_->context.get(), source, source_stride, 0, from.height(), target,
                target_stride) != into.height())
    throw MediaError("scaling " + to_string(from.size) + " to " + to_string(into.size) +
                     " failed: choose another --size");
  make_opaque(into);
}

void Scaler::fit(const ConstImageView& from, const ImageView& into) {
  require_bgra(from);
  require_bgra(as_const(into));
  const Rect inner = fit_into(from.size, into.size);
  scale(from, crop(into, inner));
  const Rect all = Rect::of(into.size);
  paint_black(into, {0, 0, all.right, inner.top});
  paint_black(into, {0, inner.bottom, all.right, all.bottom});
  paint_black(into, {0, inner.top, inner.left, inner.bottom});
  paint_black(into, {inner.right, inner.top, all.right, inner.bottom});
}

}  // namespace rustcam
