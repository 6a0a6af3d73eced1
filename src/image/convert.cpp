#include "image/convert.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "image/kernels.h"

namespace rustcam {
namespace {

void require_bgra(const ConstImageView& picture) {
  if (picture.format != PixelFormat::bgra)
    throw std::invalid_argument("a bgra picture is needed, not " +
                                std::string(name(picture.format)));
}

void require_same_size(const ConstImageView& from, const ImageView& into) {
  if (from.size != into.size)
    throw std::invalid_argument("pictures of one size are needed, not " + to_string(from.size) +
                                " and " + to_string(into.size));
}

template <typename Byte>
Byte* at(const BasicImageView<Byte>& v, std::size_t plane, std::int32_t x, std::int32_t y) {
  return v.planes[plane].row(y) +
         std::ptrdiff_t{x} * bytes_per_sample(v.format, static_cast<int>(plane));
}

void convert_packed(const ConstImageView& from, const Rect& r, const ImageView& into,
                    Kernels::Packed kernel) {
  for (std::int32_t y = r.top; y < r.bottom; ++y)
    kernel(at(from, 0, r.left, y), at(into, 0, r.left, y), r.size().width);
}

void convert_gray(const ConstImageView& from, const Rect& r, const ImageView& into) {
  for (std::int32_t y = r.top; y < r.bottom; ++y)
    fastest_kernels().luma(at(from, 0, r.left, y), at(into, 0, r.left, y), r.size().width,
                           gray_coefficients());
}

void convert_444(const ConstImageView& from, const Rect& r, const ImageView& into) {
  const YuvCoefficients& c = yuv_coefficients(into.encoding);
  for (std::int32_t y = r.top; y < r.bottom; ++y)
    fastest_kernels().yuv444p({at(from, 0, r.left, y), at(into, 0, r.left, y),
                               at(into, 1, r.left, y), at(into, 2, r.left, y)},
                              r.size().width, c);
}

/// `r` has even edges, but for those it shares with an odd picture.
void convert_420(const ConstImageView& from, const Rect& r, const ImageView& into) {
  const YuvCoefficients& c = yuv_coefficients(into.encoding);
  const bool planar = into.format == PixelFormat::yuv420p;
  const auto kernel = planar ? fastest_kernels().yuv420p : fastest_kernels().nv12;
  for (std::int32_t y = r.top; y < r.bottom; y += 2) {
    const std::int32_t next = y + 1 < r.bottom ? y + 1 : y;
    kernel({at(from, 0, r.left, y), at(from, 0, r.left, next), at(into, 0, r.left, y),
            at(into, 0, r.left, next), at(into, 1, r.left / 2, y / 2),
            planar ? at(into, 2, r.left / 2, y / 2) : nullptr},
           r.size().width, c);
  }
}

void convert(const ConstImageView& from, const Rect& r, const ImageView& into) {
  switch (into.format) {
    case PixelFormat::bgra:
      return convert_packed(from, r, into, fastest_kernels().opaque);
    case PixelFormat::bgr:
      return convert_packed(from, r, into, fastest_kernels().bgr);
    case PixelFormat::rgba:
      return convert_packed(from, r, into, fastest_kernels().rgba);
    case PixelFormat::rgb:
      return convert_packed(from, r, into, fastest_kernels().rgb);
    case PixelFormat::gray:
      return convert_gray(from, r, into);
    case PixelFormat::yuv444p:
      return convert_444(from, r, into);
    case PixelFormat::nv12:
    case PixelFormat::yuv420p:
      return convert_420(from, r, into);
  }
}

/// `region` as far as it lies inside `picture`, on edges that the format can be cut at.
Region settled(const Region& region, const ImageView& picture) {
  const Rect bounds = Rect::of(picture.size);
  Region inside = region;
  inside.intersect(bounds);
  return is_chroma_subsampled(picture.format) ? widen_to_even(inside, bounds) : inside;
}

void copy_rows(const ConstImageView& from, const Rect& r, const ImageView& into,
               std::size_t plane) {
  const auto bytes =
      static_cast<std::size_t>(r.width() * bytes_per_sample(into.format, static_cast<int>(plane)));
  for (std::int32_t y = r.top; y < r.bottom; ++y)
    std::memcpy(at(into, plane, r.left, y), at(from, plane, r.left, y), bytes);
}

}  // namespace

void convert(const ConstImageView& from, const Region& region, const ImageView& into) {
  require_bgra(from);
  require_same_size(from, into);
  const Region whole = settled(region, into);
  for (const Rect& r : whole.rects()) convert(from, r, into);
}

void convert(const ConstImageView& from, const ImageView& into) {
  convert(from, Region(Rect::of(from.size)), into);
}

void copy_region(const ConstImageView& from, const Region& region, const ImageView& into) {
  if (from.format != into.format)
    throw std::invalid_argument("pictures of one format are needed, not " +
                                std::string(name(from.format)) + " and " +
                                std::string(name(into.format)));
  require_same_size(from, into);
  const bool halved = is_chroma_subsampled(into.format);
  const Region whole = settled(region, into);
  for (const Rect& r : whole.rects()) {
    copy_rows(from, r, into, 0);
    const Rect chroma =
        halved ? Rect{r.left / 2, r.top / 2, (r.right + 1) / 2, (r.bottom + 1) / 2} : r;
    for (int plane = 1; plane < plane_count(into.format); ++plane)
      copy_rows(from, chroma, into, static_cast<std::size_t>(plane));
  }
}

void make_opaque(const ImageView& picture) {
  require_bgra(as_const(picture));
  for (std::int32_t y = 0; y < picture.height(); ++y)
    fastest_kernels().opaque(picture.row(y), picture.row(y), picture.width());
}

}  // namespace rustcam
