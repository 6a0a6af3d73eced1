#include "base/path_text.h"

#include <doctest/doctest.h>

using namespace rustcam;

TEST_CASE("an ending is what follows the last dot of a file's name") {
  CHECK(ending_of("a/b.tar.MKV") == "mkv");
  CHECK(ending_of("a.b/out").empty());
  CHECK(ending_of("a.b\\out").empty());
  CHECK(ending_of(".mp4") == "mp4");
  CHECK(ending_of("out.").empty());
  CHECK(ending_of("").empty());
}

TEST_CASE("a part goes before the ending, and behind a hidden file's name") {
  CHECK(insert_before_ending("out.mp4", "2") == "out-2.mp4");
  CHECK(insert_before_ending("a.b/out.png", "DP-1") == "a.b/out-DP-1.png");
  CHECK(insert_before_ending("a.b/out", "DP-1") == "a.b/out-DP-1");
  CHECK(insert_before_ending("/a.b/.hidden", "2") == "/a.b/.hidden-2");
  CHECK(insert_before_ending("a/b.tar.mkv", "12") == "a/b.tar-12.mkv");
  CHECK(insert_before_ending(".mp4", "2") == ".mp4-2");
}
