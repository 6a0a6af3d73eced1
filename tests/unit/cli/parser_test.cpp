#include "cli/parser.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

using namespace rustcam;
using namespace rustcam::cli;

namespace {

struct Sample {
  std::optional<std::string> file;
  std::optional<std::string> fps;
  std::optional<std::string> output;
  std::vector<std::string> extra;
  bool cursor = true;
  bool json = false;
  Globals globals;
  std::string help;

  Parsed parse(const std::vector<std::string>& arguments) {
    Parser parser("sample [FILE]", "A sample.", {"rustcam-cli sample out.mp4"});
    parser.positional("FILE", file, {{}, "the file"});
    parser.section("Options");
    parser.value("--fps", fps, {"F", "slots a second", "60", "--fps 60000/1001"});
    parser.value("-o,--output", output, {"O", "the output", "the first one", "-o DP-1"});
    parser.values("--encoder-option", extra, {"K=V", "any option", {}, "--encoder-option a=b"});
    parser.on_off("--cursor", "--no-cursor", cursor, {{}, "draw the pointer", "--cursor"});
    parser.flag("--json", json, "as JSON");
    const Parsed parsed = parser.parse(arguments, globals);
    help = parser.help();
    return parsed;
  }
};

std::string message(const std::vector<std::string>& arguments) {
  try {
    Sample().parse(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("options and arguments come in any order, global ones among them") {
  Sample s;
  CHECK(s.parse({"-v", "--fps", "30", "out.mp4", "-v", "-oDP-1", "--no-cursor", "--json", "-q"}) ==
        Parsed::run);
  CHECK(s.file == "out.mp4");
  CHECK(s.fps == "30");
  CHECK(s.output == "DP-1");
  CHECK_FALSE(s.cursor);
  CHECK(s.json);
  CHECK(s.globals.verbosity == 2);
  CHECK(s.globals.quiet);
}

TEST_CASE("a dash is an argument, and so is what follows two dashes") {
  Sample s;
  s.parse({"-"});
  CHECK(s.file == "-");
  Sample t;
  t.parse({"--", "--odd.mp4"});
  CHECK(t.file == "--odd.mp4");
}

TEST_CASE("values may look negative; their check comes later") {
  Sample s;
  s.parse({"--fps", "-1", "--output=-2"});
  CHECK(s.fps == "-1");
  CHECK(s.output == "-2");
}

TEST_CASE("the last of repeated values counts; lists keep all, and take no argument's place") {
  Sample s;
  s.parse({"--fps", "30", "--fps", "60", "--cursor", "--no-cursor", "--cursor", "--encoder-option",
           "a=b", "--encoder-option", "c=d", "out.mp4"});
  CHECK(s.fps == "60");
  CHECK(s.cursor);
  CHECK(s.extra == std::vector<std::string>{"a=b", "c=d"});
  CHECK(s.file == "out.mp4");
}

TEST_CASE("a path that begins with a slash is no option, on any system") {
  Sample s;
  s.parse({"/tmp/out.mp4"});
  CHECK(s.file == "/tmp/out.mp4");
}

TEST_CASE("wrong usage is one line that says what to do") {
  CHECK(message({"--fsp", "30"}) ==
        "unknown option --fsp (did you mean --fps?, for example --fps 60000/1001); see rustcam-cli "
        "sample --help");
  CHECK(message({"--xyzzy=3"}) == "unknown option --xyzzy; see rustcam-cli sample --help");
  CHECK(message({"--fps"}) ==
        "--fps needs a value, for example --fps 60000/1001; see rustcam-cli sample --help");
  CHECK(message({"a.mp4", "b.mp4"}) ==
        "'b.mp4' is one argument too many; see rustcam-cli sample --help");
  CHECK(message({"--json=yes"}).find('\n') == std::string::npos);
  CHECK_FALSE(message({"--json=yes"}).empty());
}

TEST_CASE("help wins over what is wrong beside it, and tells defaults and examples") {
  Sample s;
  CHECK(s.parse({"--nonsense", "--help"}) == Parsed::help);
  CHECK(s.help.find("--fps F") != std::string::npos);
  CHECK(s.help.find("(default: 60)") != std::string::npos);
  CHECK(s.help.find("--fps 60000/1001") != std::string::npos);
  CHECK(s.help.find("rustcam-cli sample out.mp4") != std::string::npos);
  CHECK(Sample().parse({"--version"}) == Parsed::version);
}

TEST_CASE("text is broken at spaces") {
  CHECK(wrap("one two three", 7, 2) == "one two\n  three");
  CHECK(wrap("unbreakably", 4, 2) == "unbreakably");
}

TEST_CASE("near words are found, far ones are not") {
  CHECK(nearest("recrod", {"shot", "record"}) == "record");
  CHECK(nearest("banana", {"shot", "record"}).empty());
}
