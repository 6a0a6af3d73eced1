#include "cli/values.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

using namespace rustcam;
using namespace rustcam::cli;

TEST_CASE("whole numbers are taken within their bounds and nothing else is") {
  CHECK(parse_integer("--n", "1", 1, 100) == 1);
  CHECK(parse_integer("--n", "100", 1, 100) == 100);
  for (const char* bad :
       {"", "0", "101", "-1", "abc", "1.5", " 1", "1 ", "0x10", "1e2", "99999999999999999999"})
    CHECK_THROWS_AS(parse_integer("--n", bad, 1, 100), UsageError);
}

TEST_CASE("a message names the option, the value and what would be right") {
  try {
    parse_number("--crf", "99", 0, 51);
    FAIL("99 was taken");
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()) == "--crf '99' is not valid: give a number from 0 to 51");
  }
}

TEST_CASE("numbers are plain decimals") {
  CHECK(parse_number("--crf", "18.5", 0, 51) == 18.5);
  CHECK(parse_number("--crf", "0", 0, 51) == 0.0);
  for (const char* bad : {"", "nan", "inf", "1e1", "0x1p3", "-0.1", "51.1", "--", "1.2.3"})
    CHECK_THROWS_AS(parse_number("--crf", bad, 0, 51), UsageError);
}

TEST_CASE("times are seconds, or what people write") {
  for (const auto& [text, seconds] : std::vector<std::pair<const char*, double>>{{"90", 90},
                                                                                 {"0.5", 0.5},
                                                                                 {"90s", 90},
                                                                                 {"10m", 600},
                                                                                 {"10min", 600},
                                                                                 {"1.5h", 5400},
                                                                                 {"10h", 36000},
                                                                                 {"250ms", 0.25},
                                                                                 {"1:30", 90},
                                                                                 {"1:30:00", 5400},
                                                                                 {"0:00:02.5", 2.5},
                                                                                 {"90:00", 5400}})
    CHECK(parse_seconds("--duration", text, 0.001) == doctest::Approx(seconds));
  for (const char* bad : {"", "h", "1d", "1h30", "1:", ":30", "1:60", "1:2:3:4", "-1:30", "1:-30",
                          "1.5:30", "1:30s", "-5", "0", "nan", "9000000", "3000h", "1e3"})
    CHECK_THROWS_AS(parse_seconds("--duration", bad, 0.001), UsageError);
  try {
    parse_seconds("--duration", "soon", 0.001);
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()).find("10m") != std::string::npos);
  }
}

TEST_CASE("sizes are WxH") {
  CHECK(parse_size("--size", "1280x720") == Size{1280, 720});
  CHECK(parse_size("--size", "1x16384") == Size{1, 16384});
  for (const char* bad : {"1280", "x720", "1280x", "0x720", "1280x0", "-1x5", "16385x1",
                          "1280x720x3", "1280X720", "12 80x720"})
    CHECK_THROWS_AS(parse_size("--size", bad), UsageError);
}

TEST_CASE("bytes take powers of 1024, bit rates powers of 1000") {
  CHECK(parse_bytes("--max-size", "1") == 1);
  CHECK(parse_bytes("--max-size", "10K") == 10 * 1024);
  CHECK(parse_bytes("--max-size", "1.5M") == 3 * 512 * 1024);
  CHECK(parse_bytes("--max-size", "2g") == 2LL * 1024 * 1024 * 1024);
  CHECK(parse_bitrate("--bitrate", "8M") == 8'000'000);
  CHECK(parse_bitrate("--bitrate", "2500k") == 2'500'000);
  for (const char* bad : {"", "0", "K", "-1M", "5T", "1KB", "99999999999G"})
    CHECK_THROWS_AS(parse_bytes("--max-size", bad), UsageError);
  CHECK_THROWS_AS(parse_bitrate("--bitrate", "999"), UsageError);
}

TEST_CASE("rates") {
  CHECK(parse_fps("--fps", "59.94") == Rational{60000, 1001});
  for (const char* bad : {"0", "-1", "abc", "", "1001", "60/0"})
    CHECK_THROWS_AS(parse_fps("--fps", bad), UsageError);
}

TEST_CASE("pairs split at the first equals sign") {
  CHECK(parse_pair("--encoder-option", "x264-params=a=b:c=d") ==
        std::pair<std::string, std::string>{"x264-params", "a=b:c=d"});
  CHECK(parse_pair("--encoder-option", "tune=").second.empty());
  CHECK_THROWS_AS(parse_pair("--encoder-option", "tune"), UsageError);
  CHECK_THROWS_AS(parse_pair("--encoder-option", "=film"), UsageError);
}

TEST_CASE("choices name what there is") {
  CHECK(parse_choice("--on-full", "wait", {"drop", "wait"}) == 1);
  try {
    parse_choice("--on-resize", "grow", {"scale", "split", "stop"});
    FAIL("grow was taken");
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()) ==
          "--on-resize 'grow' is not valid: give scale, split or stop");
  }
}

TEST_CASE("one list of names gives the values, and the names in the message") {
  constexpr Choices<int, 3> numbers{{{"one", 1}, {"two", 2}, {"three", 3}}};
  CHECK(numbers.parse("--n", "two") == 2);
  CHECK(numbers.names() == std::vector<std::string>{"one", "two", "three"});
  CHECK_THROWS_WITH_AS(numbers.parse("--n", "four"),
                       "--n 'four' is not valid: give one, two or three", UsageError);
}
