#include "cli/app.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "base/one_of.h"
#include "capture/registry.h"
#include "cli/command.h"
#include "cli/output_file.h"
#include "cli/version.h"
#include "media/ffmpeg_info.h"

namespace rustcam::cli {

namespace {

std::string general_help() {
  std::ostringstream out;
  out << "usage: rustcam-cli COMMAND [OPTION...]\n\n"
         "Captures and records the screen, and measures honestly how many frames arrive.\n\n"
         "Commands:\n";
  constexpr std::size_t column = 20;
  for (const CommandEntry& command : commands())
    out << help_line(std::string(command.usage), brief(command), column);
  out << "\n" << everywhere_section << ", before or after the command:\n";
  for (const Option& option : global_options())
    out << help_line(spelled(option), option.help.meaning, column);
  out << "\nExamples:\n"
         "  rustcam-cli record --duration 10 out.mp4\n"
         "  rustcam-cli shot out.png\n"
         "  rustcam-cli doctor\n";
  return out.str();
}

std::string version_text() {
  std::string names;
  for (const Backend* backend : backends())
    names += (names.empty() ? "" : ", ") + std::string(backend->name());
  std::string ffmpeg;
  for (const std::string& line : lines(ffmpeg_versions()))
    ffmpeg += (ffmpeg.empty() ? "" : ", ") + line;
  return std::string("rustcam-cli ") + program_version + "\nFFmpeg: " + ffmpeg +
         "\nback ends: " + names + "\n";
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandEntry& command : commands()) names.emplace_back(command.name);
  return names;
}

const CommandEntry& find_command(const std::string& name) {
  for (const CommandEntry& command : commands())
    if (command.name == name) return command;
  const std::string meant = nearest(name, command_names());
  throw UsageError(
      "unknown command '" + name + "'" +
      (meant.empty() ? "; give " + one_of(command_names()) : ": did you mean " + meant + "?"));
}

/// Global options may stand before the command: they are handed on to its parser.
struct Split {
  std::string command;  ///< empty if there is none
  std::vector<std::string> rest;
};

Split split_command(const std::vector<std::string>& arguments) {
  Split split;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const bool option = arguments[i].size() > 1 && arguments[i][0] == '-';
    if (split.command.empty() && !option)
      split.command = arguments[i];
    else
      split.rest.push_back(arguments[i]);
  }
  return split;
}

int run_without_command(const std::vector<std::string>& arguments) {
  Parser parser("", "", {});
  Globals globals;
  switch (parser.parse(arguments, globals)) {
    case Parsed::help:
      print(general_help());
      return exit_done;
    case Parsed::version:
      print(version_text());
      return exit_done;
    case Parsed::run:
      break;
  }
  throw UsageError("no command given: give " + one_of(command_names()) +
                   "; see rustcam-cli --help");
}

/// "help" and "help COMMAND" are what many try first.
Split understand(Split split) {
  if (split.command != "help") return split;
  split.command.clear();
  if (!split.rest.empty() && !split.rest.front().starts_with('-')) {
    split.command = split.rest.front();
    split.rest.erase(split.rest.begin());
  }
  split.rest.emplace_back("--help");
  return split;
}

int run_command(const Split& split, Globals& globals) {
  if (split.command.empty()) return run_without_command(split.rest);
  const CommandEntry& entry = find_command(split.command);
  const std::unique_ptr<Command> command = entry.make();
  Parser parser(std::string(entry.usage), std::string(entry.summary), lines(entry.examples));
  command->declare(parser);
  switch (parser.parse(split.rest, globals)) {
    case Parsed::help:
      print(parser.help());
      return exit_done;
    case Parsed::version:
      print(version_text());
      return exit_done;
    case Parsed::run:
      break;
  }
  Log log(globals);
  Context context{globals, log};
  const auto kept = keep_backends_open();
  return command->run(context);
}

int report(const Globals& globals, const std::string& text, int status) {
  Log(globals).error(text);
  return status;
}

}  // namespace

int run(const std::vector<std::string>& arguments) noexcept {
  Globals globals;
  try {
    return run_command(understand(split_command(arguments)), globals);
  } catch (const PipeClosed&) {
    return exit_done;
  } catch (const Interrupted&) {
    return exit_done;
  } catch (const UsageError& error) {
    return report(globals, error.what(), exit_usage);
  } catch (const Error& error) {
    return report(globals, error.what(), exit_failed);
  } catch (const std::bad_alloc&) {
    return report(globals, "out of memory: capture a smaller region, or free some", exit_failed);
  } catch (const std::exception& error) {
    return report(globals, std::string("internal error: ") + error.what(), exit_failed);
  }
}

}  // namespace rustcam::cli
