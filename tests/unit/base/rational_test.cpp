#include "base/rational.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>

using namespace rustcam;

TEST_CASE("rates are read exactly") {
  CHECK(parse_rate("60") == Rational{60, 1});
  CHECK(parse_rate("60000/1001") == Rational{60000, 1001});
  CHECK(parse_rate("59.94") == Rational{60000, 1001});
  CHECK(parse_rate("29.97") == Rational{30000, 1001});
  CHECK(parse_rate("23.976") == Rational{24000, 1001});
  CHECK(parse_rate("119.88") == Rational{120000, 1001});
  CHECK(parse_rate("12.5") == Rational{25, 2});
  CHECK(parse_rate("0.5") == Rational{1, 2});
  CHECK(parse_rate("100/3") == Rational{100, 3});
}

TEST_CASE("what is no rate is refused") {
  for (const char* text :
       {"", "0", "-1", "abc", "60fps", "1/0", "0/1", "60/", "/1", "1001", "1e3", "inf", "nan",
        " 60", "60.", "0.0000001", "1/1001", "99999999999999999999"})
    CHECK_MESSAGE(!parse_rate(text), text);
}

TEST_CASE("slots are computed from their number") {
  const Rational ntsc{60000, 1001};
  CHECK(slot_offset(ntsc, 0) == Duration(0));
  CHECK(slot_offset(ntsc, 60000) == std::chrono::seconds(1001));
  CHECK(slot_offset({60, 1}, 1) == Duration(16'666'666));
  CHECK(slot_offset({60, 1}, 3) == Duration(50'000'000));
  CHECK(slot_offset({60, 1}, -1) == Duration(-16'666'667));
  CHECK(slot_offset({60, 1}, 60LL * 3600 * 24 * 365) == std::chrono::hours(24 * 365));
}

TEST_CASE("a duration in slots is rounded and at least one") {
  CHECK(slots_in({60, 1}, 10) == 600);
  CHECK(slots_in({60000, 1001}, 10) == 599);
  CHECK(slots_in({60, 1}, 0.001) == 1);
  CHECK(slots_in({25, 1}, 0.1) == 3);
}

TEST_CASE("a rational must be positive") {
  CHECK_THROWS_AS(make_rational(1, 0), std::invalid_argument);
  CHECK_THROWS_AS(make_rational(-1, 1), std::invalid_argument);
  CHECK(to_string(make_rational(120, 2)) == "60");
}
