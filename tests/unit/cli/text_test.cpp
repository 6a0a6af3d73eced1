#include <doctest/doctest.h>

#include "cli/document.h"
#include "cli/log.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/table.h"

using namespace rustcam;
using namespace rustcam::cli;

TEST_CASE("columns are aligned by characters, and lines end without blanks") {
  Table table({"NAME", "SIZE"});
  table.row({"écran", "1x1"});
  table.row({"DP-1", ""});
  CHECK(table.text() == "NAME   SIZE\nécran  1x1\nDP-1\n");
}

TEST_CASE("bytes for people") {
  CHECK(readable_bytes(0) == "0 bytes");
  CHECK(readable_bytes(999) == "999 bytes");
  CHECK(readable_bytes(1000) == "1.0 kB");
  CHECK(readable_bytes(999'950) == "1.0 MB");
  CHECK(readable_bytes(1'234'567'890) == "1.2 GB");
}

TEST_CASE("an output's name becomes a part of a file's name") {
  CHECK(as_file_name("DP-1") == "DP-1");
  CHECK(as_file_name("\\\\.\\DISPLAY1") == "DISPLAY1");
  CHECK(as_file_name("mover@1920x1080@60") == "mover@1920x1080@60");
  CHECK(as_file_name("../x y:z") == "..-x-y-z");
}

TEST_CASE("the progress line is cut to the terminal, between characters") {}

TEST_CASE("progress for people and for programs") {
  const Progress progress{65.25, 3915, 3900, 15, 1, 1'500'000, 30};
  CHECK(progress_line(progress) == "1:05.2  30.0 fps  fresh 3900  repeated 15  late 1  1.5 MB");
  CHECK(progress_json(progress) ==
        R"({"time_s":65.25,"slots":3915,"fresh":3900,"repeated":15,"late":1,"bytes":1500000})");
}

TEST_CASE("text from outside cannot steer the terminal") {
  CHECK(one_line("cannot open 'a\x1b[2J'") == "cannot open 'a\\u001b[2J'");
  Table table({"A"});
  table.row({"x\x1b[2J\ny"});
  CHECK(table.text() == "A\nx\\u001b[2J\\u000ay\n");
  const Json document{{"title",
                       "\xC2\x9B"
                       "2J\x1b"}};
  CHECK(to_text(document) == "{\n  \"title\": \"\\u009b2J\\u001b\"\n}\n");
  CHECK(Json::parse(to_text(document)) == document);
}

TEST_CASE("messages of libraries become one line") {
  CHECK(one_line("a\nb\r\nc") == "a; b; c");
}
