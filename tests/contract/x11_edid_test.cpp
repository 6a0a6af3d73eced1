#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capture/x11/edid.h"

namespace rustcam::test {
namespace {

/// An EDID of maker "DEL" whose second descriptor is a name.
std::vector<std::uint8_t> sample(const std::string& name) {
  std::vector<std::uint8_t> edid(128, 0);
  std::fill(edid.begin() + 1, edid.begin() + 7, std::uint8_t{255});
  edid[8] = 0x10;
  edid[9] = 0xac;
  edid[54] = 0x01;  // the first descriptor is a timing
  edid[72 + 3] = 0xfc;
  std::copy(name.begin(), name.end(), edid.begin() + 72 + 5);
  return edid;
}

TEST_CASE("an EDID's maker and product name") {
  CHECK(x11::parse_edid(sample("U2720Q\n     ")) == "DEL U2720Q");
  CHECK(x11::parse_edid(sample("Thirteen chr.")) == "DEL Thirteen chr.");
  CHECK(x11::parse_edid(sample("bad\x01\xff\n")) == "DEL bad??");
}

TEST_CASE("what is no EDID has no name") {
  CHECK(x11::parse_edid({}).empty());
  auto edid = sample("U2720Q\n");
  CHECK(x11::parse_edid(std::span(edid).first(127)).empty());
  edid[3] = 0;
  CHECK(x11::parse_edid(edid).empty());
}

}  // namespace
}  // namespace rustcam::test
