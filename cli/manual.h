// What is read about the command line outside the program: the manual page, and the tables in
// docs/cli.md. Made from the commands' own options (cli/command.h), so that there is no second
// list.
#pragma once

#include <string>

namespace rustcam::cli {

/// rustcam-cli.1, in the man(7) language.
std::string manual_page();

/// The text of docs/cli.md with everything between a mark and "<!-- end -->" made anew. Marks are
/// "<!-- commands -->", "<!-- options: COMMAND -->" (all but those shown for several commands
/// together) and "<!-- options: COMMAND, SECTION -->". Throws std::runtime_error for a mark that
/// names nothing or has no end.
std::string with_tables(const std::string& markdown);

}  // namespace rustcam::cli
