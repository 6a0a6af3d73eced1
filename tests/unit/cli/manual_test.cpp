// The manual page and the tables of docs/cli.md, as far as one need not look at them.
#include "cli/manual.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "cli/command.h"

using namespace rustcam;
using namespace rustcam::cli;

TEST_CASE("every command describes its options, and each option says what it does") {
  for (const CommandEntry& command : commands()) {
    CAPTURE(command.name);
    CHECK_FALSE(brief(command).empty());
    CHECK_FALSE(brief(command).ends_with("."));
    const std::vector<Option> options = options_of(command);
    CHECK(options.size() > global_options().size());
    for (const Option& option : options) {
      CAPTURE(spelled(option));
      CHECK_FALSE(option.help.meaning.empty());
      CHECK_FALSE(option.help.meaning.ends_with("."));
      CHECK_FALSE(option.help.detail.ends_with("."));
      CHECK((option.kind == Option::Kind::value) == !option.help.placeholder.empty());
      // Shells part words at spaces.
      for (const std::string& name : option.help.names)
        CHECK(name.find_first_of(" \t'\"\\:$*?[](){}") == std::string::npos);
    }
  }
}

TEST_CASE("every line of the manual page is text or a macro that man(7) has") {
  std::istringstream page(manual_page());
  const std::vector<std::string> macros{".\\\"", ".TH", ".SH", ".SS", ".TP", ".PP",
                                        ".B",    ".BR", ".I",  ".IR", ".RS", ".RE",
                                        ".nf",   ".fi", ".nh", ".ad", ".br"};
  for (std::string line; std::getline(page, line);) {
    CAPTURE(line);
    CHECK_FALSE(line.empty());
    CHECK_FALSE(line.ends_with(' '));
    CHECK(line[0] != '\'');
    CHECK(line.find('`') == std::string::npos);
    if (line[0] == '.')
      CHECK(std::find(macros.begin(), macros.end(), line.substr(0, line.find(' '))) !=
            macros.end());
  }
}

TEST_CASE("a document keeps its text, and gets its tables anew") {
  const std::string made = with_tables(
      "# Title\n<!-- options: list -->\nold\n<!-- end -->\ntext\n<!-- commands -->\n<!-- end "
      "-->\nlast");
  CHECK(made.starts_with("# Title\n<!-- options: list -->\n\n| option | meaning | default |\n"));
  CHECK(made.find("old") == std::string::npos);
  CHECK(made.find("| `--json` | as a JSON document | off |\n\n<!-- end -->\ntext\n") !=
        std::string::npos);
  CHECK(made.find("    rustcam-cli record [FILE]") != std::string::npos);
  CHECK(made.ends_with("<!-- end -->\nlast"));
  CHECK(with_tables(made) == made);
  CHECK(with_tables("nothing to do") == "nothing to do");
}

TEST_CASE("bars in a table's cells are no borders") {
  CHECK(with_tables("<!-- options: record, When something happens -->\n<!-- end -->")
            .find("`--on-full drop\\|wait`") != std::string::npos);
}

TEST_CASE("a mark that names nothing, or has no end, is told") {
  for (const char* wrong :
       {"<!-- options: lost -->\n<!-- end -->", "<!-- options: shot, Nowhere -->\n<!-- end -->",
        "<!-- optoins: shot -->\n<!-- end -->", "<!-- options: shot -->\n", "<!-- commands"})
    CHECK_THROWS_AS(with_tables(wrong), std::runtime_error);
}
