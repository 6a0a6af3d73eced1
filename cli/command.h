// A command of the program, in two steps: options in, then the work.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.h"

namespace rustcam::cli {

class Command {
 public:
  virtual ~Command() = default;
  /// Declares the options; their values are kept in this object.
  virtual void declare(Parser& parser) = 0;
  /// Checks what was given (UsageError) and does the work. Returns the exit status; throws Error
  /// if it failed.
  virtual int run(Context& context) = 0;
};

struct CommandEntry {
  std::string_view name;
  std::string_view usage;     ///< what follows the program's name
  std::string_view summary;   ///< one line
  std::string_view examples;  ///< one a line
  std::unique_ptr<Command> (*make)();
};

/// In the order in which --help lists them.
std::span<const CommandEntry> commands() noexcept;

/// The summary's first sentence without its full stop.
std::string brief(const CommandEntry& command);
/// The command's options, and those that every command takes.
std::vector<Option> options_of(const CommandEntry& command);
/// Those alone that every command takes.
std::vector<Option> global_options();

std::vector<std::string> lines(std::string_view text);

std::unique_ptr<Command> make_shot();
std::unique_ptr<Command> make_record();
std::unique_ptr<Command> make_bench();
std::unique_ptr<Command> make_list();
std::unique_ptr<Command> make_stimulus();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_completion();

}  // namespace rustcam::cli
