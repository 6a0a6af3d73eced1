// What shaders draw, held against what is drawn in memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "d3d11/bgra_texture.h"
#include "d3d11/nv12.h"
#include "d3d11/stretcher.h"
#include "d3d11/turn.h"
#include "image/convert.h"
#include "image/scale.h"
#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

struct Bench {
  std::shared_ptr<d3d11::Gpu> gpu = make_gpu();
  d3d11::TextureMaker maker{gpu};
  Rng rng{7};
};

Rect random_rect(Rng& rng, Size inside) {
  const int l = between(rng, 0, inside.width - 1);
  const int t = between(rng, 0, inside.height - 1);
  return {l, t, between(rng, l + 1, inside.width), between(rng, t + 1, inside.height)};
}

Pointer random_pointer(PointerKind kind, Point at, Size size, Rng& rng) {
  auto shape = std::make_shared<PointerShape>();
  const bool mono = kind == PointerKind::monochrome;
  shape->kind = kind;
  shape->size = size;
  shape->stride = (mono ? (size.width + 7) / 8 : size.width * 4) + between(rng, 0, 5);
  shape->pixels.resize(static_cast<std::size_t>(shape->stride * size.height * (mono ? 2 : 1)));
  for (std::uint8_t& byte : shape->pixels) {
    const int edge = between(rng, 0, 3);
    byte = static_cast<std::uint8_t>(edge == 0 ? 0 : edge == 1 ? 255 : between(rng, 0, 255));
  }
  Pointer pointer;
  pointer.top_left = at;
  pointer.visible = true;
  pointer.shape = std::move(shape);
  return pointer;
}

/// A smooth picture with some edges, as screens are: filters that differ a little agree on it.
Image drawn_picture(Size size) {
  Image image(PixelFormat::bgra, size);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = image.view().row(y) + std::ptrdiff_t{x} * 4;
      p[0] = static_cast<std::uint8_t>(x * 255 / size.width);
      p[1] = static_cast<std::uint8_t>(y * 255 / size.height);
      p[2] = static_cast<std::uint8_t>((x / 16 + y / 16) % 2 * 200 + 20);
      p[3] = 255;
    }
  return image;
}

double mean_difference(const Image& one, const Image& other) {
  const ConstImageView a = one.view();
  const ConstImageView b = other.view();
  std::int64_t sum = 0;
  for (std::int32_t y = 0; y < a.height(); ++y)
    for (std::int32_t x = 0; x < a.width() * 4; ++x) sum += std::abs(a.row(y)[x] - b.row(y)[x]);
  return static_cast<double>(sum) / (static_cast<double>(a.width()) * a.height() * 4);
}

}  // namespace

TEST_CASE("what is written into a texture is read from it") {
  Bench bench;
  const Image picture = random_bgra({67, 31}, bench.rng);
  const auto texture = upload(bench.maker, picture);
  CHECK(texture->home() == bench.gpu);
  CHECK(largest_difference(download(*texture), picture) == 0);
}

TEST_CASE("a part of a texture is copied to its place") {
  Bench bench;
  const Image screen = random_bgra({80, 60}, bench.rng);
  const auto canvas = upload(bench.maker, screen);
  Image expected = random_bgra({40, 30}, bench.rng);
  const auto texture = upload(bench.maker, expected);
  const Point origin{13, 7};
  Region region = Rect{20, 10, 31, 12};
  region.add(Rect{50, 30, 53, 37});
  texture->copy(canvas->texture(), region, origin);
  for (const Rect& rect : region.rects())
    copy_region(crop(screen.view(), rect), Rect::of(rect.size()),
                crop(expected.view(), translate(rect, -origin.x, -origin.y)));
  CHECK(largest_difference(download(*texture), expected) == 0);
}

TEST_CASE("the pointer looks as it does in memory, at every edge") {
  Bench bench;
  constexpr Size size{50, 40};
  for (const PointerKind kind : {PointerKind::straight_alpha, PointerKind::premultiplied_alpha,
                                 PointerKind::masked_color, PointerKind::monochrome}) {
    for (const Point at : {Point{10, 12}, Point{-5, 3}, Point{44, 35}, Point{8, -9}, Point{20, 39},
                           Point{-40, 5}, Point{-3, -3}}) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(at.x);
      CAPTURE(at.y);
      Image expected = random_bgra(size, bench.rng);
      const auto texture = upload(bench.maker, expected);
      const Point origin{between(bench.rng, 0, 30), between(bench.rng, 0, 30)};
      const Pointer pointer =
          random_pointer(kind, {at.x + origin.x, at.y + origin.y}, {19, 13}, bench.rng);
      blend_pointer(pointer, origin, expected.view());
      texture->blend(pointer, origin);
      CHECK(largest_difference(download(*texture), expected) == 0);
    }
  }
}

TEST_CASE("straight alpha is right for each colour, alpha and screen") {
  Bench bench;
  constexpr Size size{256, 256};
  for (int screen = 0; screen < 256; screen += 17) {
    Image expected(PixelFormat::bgra, size);
    auto shape = std::make_shared<PointerShape>();
    shape->size = size;
    shape->stride = size.width * 4;
    shape->pixels.resize(static_cast<std::size_t>(shape->stride) * 256);
    for (int alpha = 0; alpha < 256; ++alpha)
      for (int colour = 0; colour < 256; ++colour) {
        std::uint8_t* p = shape->pixels.data() + (alpha * 256 + colour) * 4;
        p[0] = p[1] = p[2] = static_cast<std::uint8_t>(colour);
        p[3] = static_cast<std::uint8_t>(alpha);
        std::uint8_t* q = expected.view().row(alpha) + std::ptrdiff_t{colour} * 4;
        q[0] = q[1] = q[2] = static_cast<std::uint8_t>(screen);
        q[3] = 255;
      }
    Pointer pointer;
    pointer.visible = true;
    pointer.shape = shape;
    const auto texture = upload(bench.maker, expected);
    blend_pointer(pointer, {}, expected.view());
    texture->blend(pointer, {});
    CHECK(largest_difference(download(*texture), expected) == 0);
  }
}

TEST_CASE("a turned desktop comes upright, also a part of it") {
  Bench bench;
  const Image native = random_bgra({70, 45}, bench.rng);
  const auto canvas = upload(bench.maker, native);
  for (const Rotation rotation :
       {Rotation::none, Rotation::clockwise90, Rotation::clockwise180, Rotation::clockwise270}) {
    CAPTURE(static_cast<int>(rotation));
    const Rect whole = rotate(Rect::of(native.size()), native.size(), rotation);
    Image upright(PixelFormat::bgra, whole.size());
    rotate(native.view(), rotation, upright.view());
    for (int i = 0; i < 5; ++i) {
      const Rect part = i == 0 ? whole : random_rect(bench.rng, whole.size());
      const auto texture = bench.maker.make(part.size());
      d3d11::draw_turned(*bench.gpu, canvas->view(), native.size(), rotation, texture->target(),
                         part, {part.left, part.top});
      Image expected(PixelFormat::bgra, part.size());
      copy_region(as_const(crop(upright.view(), part)), Rect::of(part.size()), expected.view());
      CHECK(largest_difference(download(*texture), expected) == 0);
    }
  }
}

TEST_CASE("NV12 planes are within 1 of what is converted in memory") {
  Bench bench;
  for (const Size size : {Size{64, 48}, Size{63, 47}, Size{2, 2}, Size{1, 1}, Size{130, 33}}) {
    CAPTURE(size.width);
    const Size even{size.width + size.width % 2, size.height + size.height % 2};
    const Image picture = random_bgra(size, bench.rng);
    const auto texture = upload(bench.maker, picture);
    const auto luma = bench.gpu->make_texture(DXGI_FORMAT_R8_UNORM, even);
    const auto chroma =
        bench.gpu->make_texture(DXGI_FORMAT_R8G8_UNORM, {even.width / 2, even.height / 2});
    const d3d11::Nv12Target target{bench.gpu->make_target(*luma), bench.gpu->make_target(*chroma),
                                   even};
    d3d11::draw_nv12(*bench.gpu, texture->view(), size, target, Rect::of(size));

    Image expected(PixelFormat::nv12, size);
    convert(picture.view(), expected.view());
    const ConstImageView planes = as_const(expected.view());
    const PlaneRead y(*bench.gpu, *luma);
    const PlaneRead uv(*bench.gpu, *chroma);
    for (std::int32_t row = 0; row < even.height; ++row) {
      const std::int32_t there = std::min(row, size.height - 1);
      CHECK(largest_difference(y.row(row), planes.planes[0].row(there), size.width) <= 1);
      CHECK(std::abs(y.row(row)[even.width - 1] - planes.planes[0].row(there)[size.width - 1]) <=
            1);
    }
    for (std::int32_t row = 0; row < even.height / 2; ++row)
      CHECK(largest_difference(uv.row(row), planes.planes[1].row(row), even.width) <= 1);
  }
}

TEST_CASE("of NV12 planes only what is asked for is drawn, widened to whole chroma") {
  Bench bench;
  constexpr Size size{32, 32};
  const Image before = random_bgra(size, bench.rng);
  const Image after = random_bgra(size, bench.rng);
  const auto luma = bench.gpu->make_texture(DXGI_FORMAT_R8_UNORM, size);
  const auto chroma = bench.gpu->make_texture(DXGI_FORMAT_R8G8_UNORM, {16, 16});
  const d3d11::Nv12Target target{bench.gpu->make_target(*luma), bench.gpu->make_target(*chroma),
                                 size};
  Region region = Rect{3, 5, 9, 12};
  region.add(Rect{20, 20, 22, 22});
  d3d11::draw_nv12(*bench.gpu, upload(bench.maker, before)->view(), size, target, Rect::of(size));
  d3d11::draw_nv12(*bench.gpu, upload(bench.maker, after)->view(), size, target, region);

  Image expected(PixelFormat::nv12, size);
  convert(before.view(), expected.view());
  convert(after.view(), region, expected.view());
  const ConstImageView planes = as_const(expected.view());
  const PlaneRead y(*bench.gpu, *luma);
  const PlaneRead uv(*bench.gpu, *chroma);
  for (std::int32_t row = 0; row < size.height; ++row)
    CHECK(largest_difference(y.row(row), planes.planes[0].row(row), size.width) <= 1);
  for (std::int32_t row = 0; row < size.height / 2; ++row)
    CHECK(largest_difference(uv.row(row), planes.planes[1].row(row), size.width) <= 1);
}

TEST_CASE("pictures are scaled as they are in memory") {
  Bench bench;
  d3d11::Stretcher stretcher(bench.gpu);
  Scaler scaler;
  const Image picture = drawn_picture({160, 90});
  const auto texture = upload(bench.maker, picture);
  for (const Size size : {Size{80, 45}, Size{320, 180}, Size{101, 57}, Size{160, 60}, Size{90, 160},
                          Size{240, 60}, Size{160, 90}}) {
    CAPTURE(size.width);
    CAPTURE(size.height);
    const auto scaled = bench.maker.make(size);
    stretcher.fit(texture->view(), picture.size(), scaled->target(), size);
    Image expected(PixelFormat::bgra, size);
    scaler.fit(picture.view(), expected.view());
    const Image drawn = download(*scaled);
    CHECK(mean_difference(drawn, expected) < 1.0);
    CHECK(largest_difference(drawn, expected) <= 24);
  }
}
