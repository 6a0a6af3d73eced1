#include "cli/completion.h"

#include <memory>
#include <vector>

#include "base/error.h"
#include "base/one_of.h"
#include "cli/output_file.h"
#include "cli/values.h"

namespace rustcam::cli {

namespace {

constexpr Choices<std::string (*)(), 3> shells{
    {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}}};

}  // namespace

std::unique_ptr<Command> make_completion() {
  return std::make_unique<Completion>();
}

void Completion::declare(Parser& parser) {
  parser.positional("SHELL", shell_, {{}, one_of(shells.names()), {}, "bash", {}, shells.names()});
}

int Completion::run(Context&) {
  if (!shell_) throw UsageError("which shell? give " + one_of(shells.names()));
  print(shells.parse("SHELL", *shell_)());
  return exit_done;
}

std::string shell_quoted(const std::string& text, const std::string& quote) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? quote : std::string(1, c);
  return out + "'";
}

std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace rustcam::cli
