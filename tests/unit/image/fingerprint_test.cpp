#include "image/fingerprint.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

/// A one-row grey picture whose bytes are `text`.
std::string md5_of(const std::string& text) {
  Image image(PixelFormat::gray, {static_cast<std::int32_t>(text.size()), 1});
  std::copy(text.begin(), text.end(), image.view().row(0));
  return to_hex(fingerprint(as_const(image.view()), FingerprintKind::full));
}

std::string full(const ImageView& v) {
  return to_hex(fingerprint(as_const(v), FingerprintKind::full));
}

std::string sparse(const ImageView& v) {
  return to_hex(fingerprint(as_const(v), FingerprintKind::sparse));
}

}  // namespace

TEST_CASE("full fingerprints are the md5 of RFC 1321") {
  CHECK(md5_of("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5_of("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5_of("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(md5_of("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
}

TEST_CASE("rows are joined without their padding") {
  GuardedPicture rows(PixelFormat::gray, {2, 2}, {}, false);
  std::copy_n("ab", 2, rows.view.row(0));
  std::copy_n("cd", 2, rows.view.row(1));
  CHECK(full(rows.view) == md5_of("abcd"));
  GuardedPicture bottom_up(PixelFormat::gray, {2, 2}, {}, true);
  std::copy_n("ab", 2, bottom_up.view.row(0));
  std::copy_n("cd", 2, bottom_up.view.row(1));
  CHECK(full(bottom_up.view) == md5_of("abcd"));
}

TEST_CASE("sparse fingerprints see every 13th byte of every 8th row") {
  Rng rng(1);
  Image image = random_bgra({21, 19}, rng);
  std::string sampled;
  for (std::int32_t y = 0; y < 19; y += 8)
    for (std::int32_t i = 0; i < 84; i += 13) sampled += static_cast<char>(image.view().row(y)[i]);
  CHECK(sparse(image.view()) == md5_of(sampled));

  for (std::int32_t y = 0; y < 19; ++y)
    for (std::int32_t i = 0; i < 84; ++i) {
      const std::string sparse_before = sparse(image.view());
      const std::string full_before = full(image.view());
      image.view().row(y)[i] ^= 1;
      REQUIRE((sparse(image.view()) != sparse_before) == (y % 8 == 0 && i % 13 == 0));
      REQUIRE(full(image.view()) != full_before);
    }
}

TEST_CASE("planar pictures have no fingerprint") {
  Image image(PixelFormat::yuv420p, {4, 4});
  CHECK_THROWS_AS(fingerprint(as_const(image.view()), FingerprintKind::full),
                  std::invalid_argument);
}
