#include "image/kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::ptrdiff_t margin = 70;
constexpr std::uint8_t untouched = 0x5C;

/// Where a kernel writes: `count` bytes with a margin on either side that has to stay as it is.
/// `shift` moves the beginning off its alignment.
struct Target {
  Target(std::int32_t count, std::size_t shift)
      : start(margin + shift), bytes(static_cast<std::size_t>(count) + start + margin, untouched) {}
  std::uint8_t* data() { return bytes.data() + start; }
  bool margins_intact() const {
    const auto intact = [](std::uint8_t b) { return b == untouched; };
    return std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(start), intact) &&
           std::all_of(bytes.end() - margin, bytes.end(), intact);
  }
  std::size_t start;
  Bytes bytes;
};

/// A row of `width` pixels that ends where its memory does, so that a sanitizer sees every read
/// beyond it, and begins `shift` bytes off its alignment.
struct Row {
  const std::uint8_t* data() const { return bytes.data() + shift; }
  std::size_t shift;
  Bytes bytes;
};

Row random_row(std::int32_t width, std::size_t shift, Rng& rng) {
  Row row{shift, Bytes(static_cast<std::size_t>(width) * 4 + shift)};
  for (std::uint8_t& byte : row.bytes) {
    const int choice = between(rng, 0, 5);
    byte = static_cast<std::uint8_t>(choice == 0 ? 0 : choice == 1 ? 255 : between(rng, 0, 255));
  }
  return row;
}

constexpr std::array encodings{YuvEncoding{ColorMatrix::bt709, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt709, ColorRange::full},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::full}};

/// What every kernel of the table makes of two rows, in targets that begin `shift` bytes off.
std::vector<Target> outputs(const Kernels& k, const Row& row0, const Row& row1, std::int32_t width,
                            std::size_t shift) {
  std::vector<Target> all;
  const auto target = [&](std::int32_t count) { return Target(count, shift); };
  const auto keep = [&](auto&... targets) { (all.push_back(std::move(targets)), ...); };
  for (const auto& [kernel, bytes] :
       {std::pair{k.opaque, 4}, std::pair{k.rgba, 4}, std::pair{k.bgr, 3}, std::pair{k.rgb, 3}}) {
    Target into = target(width * bytes);
    kernel(row0.data(), into.data(), width);
    keep(into);
  }
  Target in_place = target(width * 4);
  std::copy_n(row1.data(), width * 4, in_place.data());
  k.opaque(in_place.data(), in_place.data(), width);
  keep(in_place);
  for (const YuvEncoding encoding : encodings) {
    const YuvCoefficients& c = yuv_coefficients(encoding);
    Target gray = target(width);
    k.luma(row0.data(), gray.data(), width, c);
    Target y = target(width);
    Target u = target(width);
    Target v = target(width);
    k.yuv444p({row1.data(), y.data(), u.data(), v.data()}, width, c);
    keep(gray, y, u, v);

    Target y0 = target(width);
    Target y1 = target(width);
    Target half_u = target((width + 1) / 2);
    Target half_v = target((width + 1) / 2);
    k.yuv420p({row0.data(), row1.data(), y0.data(), y1.data(), half_u.data(), half_v.data()}, width,
              c);
    keep(y0, y1, half_u, half_v);

    Target last_y = target(width);
    Target both = target(width + width % 2);
    k.nv12({row1.data(), row1.data(), last_y.data(), last_y.data(), both.data(), nullptr}, width,
           c);
    keep(last_y, both);
  }
  Target b = target(width);
  Target g = target(width);
  Target r = target(width);
  Target joined = target(width * 4);
  k.split(row0.data(), b.data(), g.data(), r.data(), width);
  k.join(g.data(), r.data(), b.data(), joined.data(), width);
  keep(b, g, r, joined);
  return all;
}

void require_scalar_bytes(const Kernels& k, std::int32_t width, std::size_t from_shift,
                          std::size_t into_shift, Rng& rng) {
  const Row row0 = random_row(width, from_shift, rng);
  const Row row1 = random_row(width, from_shift, rng);
  CAPTURE(k.name);
  CAPTURE(width);
  CAPTURE(from_shift);
  CAPTURE(into_shift);
  const auto got = outputs(k, row0, row1, width, into_shift);
  const auto want = outputs(scalar_kernels, row0, row1, width, into_shift);
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    REQUIRE(got[i].bytes == want[i].bytes);
    REQUIRE(got[i].margins_intact());
  }
}

}  // namespace

TEST_CASE("the scalar kernels come first, and the fastest last") {
  REQUIRE(usable_kernels().front() == &scalar_kernels);
  REQUIRE(usable_kernels().back() == &fastest_kernels());
  MESSAGE("the fastest here: " << fastest_kernels().name);
}

TEST_CASE("every table of kernels gives the bytes of the scalar one, at every width") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (const Kernels* k : usable_kernels())
    for (std::int32_t width = 0; width <= 300; ++width) require_scalar_bytes(*k, width, 0, 0, rng);
}

TEST_CASE("no kernel needs any alignment") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (const Kernels* k : usable_kernels())
    for (std::int32_t width = 1; width <= 70; ++width)
      for (std::size_t shift = 0; shift < 64; shift += 3)
        require_scalar_bytes(*k, width, shift, 63 - shift, rng);
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
  const Row row = random_row(77, 0, rng);
  for (const Kernels* k : usable_kernels()) {
    Bytes b(77);
    Bytes g(77);
    Bytes r(77);
    Bytes back(row.bytes.size());
    k->split(row.data(), b.data(), g.data(), r.data(), 77);
    k->join(b.data(), g.data(), r.data(), back.data(), 77);
    for (std::size_t x = 0; x < 77; ++x) {
      REQUIRE(std::equal(row.data() + 4 * x, row.data() + 4 * x + 3, &back[4 * x]));
      REQUIRE(back[4 * x + 3] == 255);
      REQUIRE(b[x] == row.data()[4 * x]);
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
