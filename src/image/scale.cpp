#include "image/scale.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "base/error.h"
#include "image/convert.h"
#include "image/image.h"
#include "image/kernels.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace rustcam {
namespace {

void require_scalable(const ConstImageView& picture) {
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
  // swscale takes packed RGB through YUV and back, three to four times as slow. So it is given
  // blue, green and red as if they were the planes of yuv444p, which it scales one by one.
  static constexpr PixelFormat planar = PixelFormat::yuv444p;
  std::unique_ptr<SwsContext, Free> context;
  Image from;
  Image into;

  void prepare(Size new_from, Size new_into) {
    if (context && from.size() == new_from && into.size() == new_into) return;
    context.reset();
    from = Image(planar, new_from);
    into = Image(planar, new_into);
    // Smaller: the mean of what each pixel covers. Larger: smooth.
    const bool smaller = new_into.width < new_from.width || new_into.height < new_from.height;
    const int flags = (smaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND;
    context.reset(sws_getContext(new_from.width, new_from.height, AV_PIX_FMT_YUV444P,
                                 new_into.width, new_into.height, AV_PIX_FMT_YUV444P, flags,
                                 nullptr, nullptr, nullptr));
    if (!context) fail();
  }

  void run() {
    const ConstImageView source = as_const(from.view());
    const ImageView target = into.view();
    std::array<const std::uint8_t*, 4> source_data{};
    std::array<std::uint8_t*, 4> target_data{};
    std::array<int, 4> source_strides{};
    std::array<int, 4> target_strides{};
    for (std::size_t i = 0; i < source.planes.size(); ++i) {
      source_data[i] = source.planes[i].data;
      target_data[i] = target.planes[i].data;
      source_strides[i] = static_cast<int>(source.planes[i].stride);
      target_strides[i] = static_cast<int>(target.planes[i].stride);
    }
    if (sws_scale(context.get(), source_data.data(), source_strides.data(), 0, source.height(),
                  target_data.data(), target_strides.data()) != target.height())
      fail();
  }

  [[noreturn]] void fail() const {
    throw MediaError("cannot scale " + to_string(from.size()) + " to " + to_string(into.size()) +
                     ": choose another size");
  }
};

Scaler::Scaler() : impl_(std::make_unique<Impl>()) {}
Scaler::~Scaler() = default;
Scaler::Scaler(Scaler&&) noexcept = default;
Scaler& Scaler::operator=(Scaler&&) noexcept = default;

void Scaler::scale(const ConstImageView& from, const ImageView& into) {
  require_scalable(from);
  require_scalable(as_const(into));
  if (from.size == into.size) return convert(from, into);
  impl_->prepare(from.size, into.size);
  const Kernels& k = fastest_kernels();
  const ImageView source = impl_->from.view();
  for (std::int32_t y = 0; y < from.height(); ++y)
    k.split(from.row(y), source.row(y), source.planes[1].row(y), source.planes[2].row(y),
            from.width());
  impl_->run();
  const ConstImageView target = as_const(impl_->into.view());
  for (std::int32_t y = 0; y < into.height(); ++y)
    k.join(target.row(y), target.planes[1].row(y), target.planes[2].row(y), into.row(y),
           into.width());
}

void Scaler::fit(const ConstImageView& from, const ImageView& into) {
  require_scalable(from);
  require_scalable(as_const(into));
  const Rect inner = fit_into(from.size, into.size);
  scale(from, crop(into, inner));
  const Rect all = Rect::of(into.size);
  paint_black(into, {0, 0, all.right, inner.top});
  paint_black(into, {0, inner.bottom, all.right, all.bottom});
  paint_black(into, {0, inner.top, inner.left, inner.bottom});
  paint_black(into, {inner.right, inner.top, all.right, inner.bottom});
}

}  // namespace rustcam
