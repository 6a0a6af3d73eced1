#include "audio/soft_clip.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace rustcam;

// Catches: a clipper that touches what is not too loud, one that lets anything beyond full scale,
// one that cuts off flat, a step or a kink at the knee.
TEST_CASE("what is too loud is pressed together, all else stays") {
  std::vector<float> quiet{0, 0.1F, -0.5F, 0.7F, -0.7F};
  const std::vector<float> before = quiet;
  clip_softly(quiet);
  CHECK(quiet == before);

  std::vector<float> loud;
  for (int i = 0; i <= 4000; ++i) loud.push_back(static_cast<float>(i) * 1e-3F);
  clip_softly(loud);
  for (std::size_t i = 1; i < loud.size(); ++i) {
    REQUIRE(loud[i] <= 1);
    REQUIRE(loud[i] >= loud[i - 1]);
    REQUIRE(loud[i] - loud[i - 1] < 1.01e-3F);
  }
  CHECK(loud[1000] > 0.9F);
  CHECK(loud[1000] < 0.96F);
  CHECK(loud[1300] > loud[1000] + 0.02F);
  std::vector<float> other{-1.3F, -1e9F};
  clip_softly(other);
  CHECK(other[0] == -loud[1300]);
  CHECK(other[1] == -1);
}

TEST_CASE("a hard clip is exact up to full scale") {
  std::vector<float> samples{0.99F, -1, 1.5F, -7};
  clip_hard(samples);
  CHECK(samples == std::vector<float>{0.99F, -1, 1, -1});
}
