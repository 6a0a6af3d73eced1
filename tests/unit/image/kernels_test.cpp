#include "image/kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t margin = 70;

/// Where a kernel writes: `count` bytes with a margin on either side that has to stay as it is.
struct Target {
  explicit Target(std::int32_t count) : bytes(static_cast<std::size_t>(count) + 2 * margin, 0x5C) {}
  std::uint8_t* data() { return bytes.data() + margin; }
  Bytes bytes;
};

/// A row of exactly `width` pixels, at no particular alignment, so that a sanitizer sees every read
/// beyond it.
Bytes random_row(std::int32_t width, Rng& rng) {
  Bytes row(static_cast<std::size_t>(width) * 4);
  for (std::uint8_t& byte : row) {
    const int choice = between(rng, 0, 5);
    byte = static_cast<std::uint8_t>(choice == 0 ? 0 : choice == 1 ? 255 : between(rng, 0, 255));
  }
  return row;
}

constexpr std::array encodings{YuvEncoding{ColorMatrix::bt709, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt709, ColorRange::full},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::full}};

/// What every kernel of the table makes of two rows.
std::vector<Bytes> outputs(const Kernels& k, const Bytes& row0, const Bytes& row1,
                           std::int32_t width) {
  std::vector<Bytes> all;
  for (const auto& [kernel, bytes] :
       {std::pair{k.opaque, 4}, std::pair{k.rgba, 4}, std::pair{k.bgr, 3}, std::pair{k.rgb, 3}}) {
    Target into(width * bytes);
    kernel(row0.data(), into.data(), width);
    all.push_back(into.bytes);
  }
  Target in_place(width * 4);
  std::copy(row1.begin(), row1.end(), in_place.data());
  k.opaque(in_place.data(), in_place.data(), width);
  all.push_back(in_place.bytes);
  for (const YuvEncoding encoding : encodings) {
    const YuvCoefficients& c = yuv_coefficients(encoding);
    Target y0(width);
    Target y1(width);
    Target u(width);
    Target v(width);
    k.luma(row0.data(), y0.data(), width, c);
    all.push_back(y0.bytes);
    k.yuv444p({row1.data(), y1.data(), u.data(), v.data()}, width, c);
    for (const Target* t : {&y1, &u, &v}) all.push_back(t->bytes);

    Target half_u((width + 1) / 2);
    Target half_v((width + 1) / 2);
    Target both(width + width % 2);
    k.yuv420p({row0.data(), row1.data(), y1.data(), y0.data(), half_u.data(), half_v.data()}, width,
              c);
    for (const Target* t : {&y0, &y1, &half_u, &half_v}) all.push_back(t->bytes);
    k.nv12({row1.data(), row1.data(), y0.data(), y0.data(), both.data(), nullptr}, width, c);
    for (const Target* t : {&y0, &both}) all.push_back(t->bytes);
  }
  Target b(width);
  Target g(width);
  Target r(width);
  Target joined(width * 4);
  k.split(row0.data(), b.data(), g.data(), r.data(), width);
  k.join(g.data(), r.data(), b.data(), joined.data(), width);
  for (const Target* t : {&b, &g, &r, &joined}) all.push_back(t->bytes);
  return all;
}

}  // namespace

TEST_CASE("every table of kernels gives the bytes of the scalar one, at every width") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  REQUIRE(usable_kernels().front() == &scalar_kernels);
  for (const Kernels* k : usable_kernels()) {
    MESSAGE("kernels: " << k->name);
    for (std::int32_t width = 0; width <= 300; ++width) {
      const Bytes row0 = random_row(width, rng);
      const Bytes row1 = random_row(width, rng);
      CAPTURE(k->name);
      CAPTURE(width);
      const auto got = outputs(*k, row0, row1, width);
      const auto want = outputs(scalar_kernels, row0, row1, width);
      REQUIRE(got.size() == want.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        REQUIRE(got[i] == want[i]);
        const auto untouched = [](std::uint8_t b) { return b == 0x5C; };
        REQUIRE(std::all_of(got[i].begin(), got[i].begin() + margin, untouched));
        REQUIRE(std::all_of(got[i].end() - margin, got[i].end(), untouched));
      }
    }
  }
}

TEST_CASE("every colour has the same codes in every table") {
  // All of blue and green, and every fifth red: where a vector sum could saturate or wrap, it does.
  constexpr std::int32_t width = 256;
  Bytes row(width * 4);
  for (const Kernels* k : usable_kernels())
    for (int g = 0; g < 256; ++g)
      for (int r = 0; r < 256; r += 5) {
        for (std::size_t b = 0; b < 256; ++b) {
          row[4 * b] = static_cast<std::uint8_t>(b);
          row[4 * b + 1] = static_cast<std::uint8_t>(g);
          row[4 * b + 2] = static_cast<std::uint8_t>(r);
          row[4 * b + 3] = static_cast<std::uint8_t>(255 - g);
        }
        const YuvCoefficients& c = yuv_coefficients(encodings[static_cast<std::size_t>(r) % 4]);
        const auto codes = [&](const Kernels& table) {
          Bytes out(3 * width);
          table.yuv444p({row.data(), out.data(), out.data() + width, out.data() + 2 * width}, width,
                        c);
          return out;
        };
        REQUIRE(codes(*k) == codes(scalar_kernels));
      }
}

TEST_CASE("splitting and joining bring the picture back") {
  Rng rng(1);
  const Bytes row = random_row(77, rng);
  for (const Kernels* k : usable_kernels()) {
    Bytes b(77);
    Bytes g(77);
    Bytes r(77);
    Bytes back(row.size());
    k->split(row.data(), b.data(), g.data(), r.data(), 77);
    k->join(b.data(), g.data(), r.data(), back.data(), 77);
    for (std::size_t x = 0; x < 77; ++x) {
      REQUIRE(std::equal(&row[4 * x], &row[4 * x] + 3, &back[4 * x]));
      REQUIRE(back[4 * x + 3] == 255);
      REQUIRE(b[x] == row[4 * x]);
    }
  }
}

TEST_CASE("transpositions of every size put each pixel in its place") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (const Kernels* k : usable_kernels())
    for (int round = 0; round < 300; ++round) {
      const Size size{between(rng, 1, 40), between(rng, 1, 40)};
      const Image from = random_bgra(size, rng);
      const bool backwards = between(rng, 0, 1) == 1;
      GuardedPicture into(PixelFormat::bgra, {size.height, size.width}, {}, backwards);
      k->transpose({from.view().row(0), from.view().planes[0].stride, into.view.row(0),
                    into.view.planes[0].stride, size.width, size.height});
      REQUIRE(into.guards_intact());
      for (std::int32_t y = 0; y < size.height; ++y)
        for (std::int32_t x = 0; x < size.width; ++x)
          REQUIRE(std::equal(from.view().row(y) + 4 * x, from.view().row(y) + 4 * x + 4,
                             into.view.row(x) + 4 * y));
    }
}
