// Run by the build: writes the manual page and the completions, or brings docs/cli.md up to date.
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/completion.h"
#include "cli/manual.h"

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path);
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + path);
  return text.str();
}

void write_all(const std::string& folder) {
  using namespace rustcam::cli;
  write(folder + "/rustcam-cli.1", manual_page());
  write(folder + "/rustcam-cli.bash", bash_completion());
  write(folder + "/_rustcam-cli", zsh_completion());
  write(folder + "/rustcam-cli.fish", fish_completion());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string_view what = argc == 3 ? argv[1] : "";
    if (what == "pages") {
      write_all(argv[2]);
    } else if (what == "tables") {
      write(argv[2], rustcam::cli::with_tables(read(argv[2])));
    } else {
      std::fputs("usage: rustcam-manual pages FOLDER | tables MARKDOWN-FILE\n", stderr);
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rustcam-manual: %s\n", error.what());
    return 1;
  }
}
