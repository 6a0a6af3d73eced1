#include "base/utf8.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace rustcam;

TEST_CASE("what is UTF-8") {
  for (const char* good : {"", "abc", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                           "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                          "a\xE2\x82"
                          "b"})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("characters are counted and cut whole") {
  const char* text =
      "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"
      "b";
  CHECK(utf8_length(text) == 5);
  CHECK(utf8_prefix(text, 0).empty());
  CHECK(utf8_prefix(text, 2) == "a\xC3\xA4");
  CHECK(utf8_prefix(text, 4) == "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(utf8_prefix(text, 9) == text);
}

TEST_CASE("characters are decoded, and bytes that are none replaced") {
  CHECK(utf8_decode("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") == U"a\u00E4\u20AC\U0001F600");
  CHECK(utf8_decode("\xFF"
                    "a\xC3") == U"\uFFFDa\uFFFD");
}

TEST_CASE("what would steer a terminal is shown as text") {
  CHECK(printable("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 \\") ==
        "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 \\");
  CHECK(printable("\x1b]0;x\x07\r\n\t\x7f") == "\\u001b]0;x\\u0007\\u000d\\u000a\\u0009\\u007f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\u0000b");
  // The one-character form of ESC [, and marks that turn the order of letters around.
  CHECK(printable("\xC2\x9B"
                  "2J\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\xA8\xD8\x9C") ==
        "\\u009b2J\\u202e\\u2066\\u2028\\u061c");
  CHECK(printable("\x9B"
                  "2J\xFF") ==
        "\xEF\xBF\xBD"
        "2J\xEF\xBF\xBD");
  CHECK(printable("a\n\tb\x1b", "\n") == "a\n\\u0009b\\u001b");
}
