#include "cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace rustcam::cli {

namespace {

constexpr std::size_t help_columns = 96;
constexpr std::size_t help_indent = 28;

/// What ffmpeg, scrot, wf-recorder, OBS and others call an option, and what it is here, if the
/// command has it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 40> other_names{{
    {"--framerate", "--fps"},
    {"--frame-rate", "--fps"},
    {"--rate", "--fps"},
    {"--refresh", "--hz"},
    {"--fps", "--hz"},
    {"--framerate", "--hz"},
    {"--time", "--duration"},
    {"--length", "--duration"},
    {"-t", "--duration"},
    {"--seconds", "--duration"},
    {"--limit", "--duration"},
    {"--verbose", "-v"},
    {"--quiet", "-q"},
    {"--silent", "-q"},
    {"--codec", "--encoder"},
    {"--vcodec", "--encoder"},
    {"-c", "--encoder"},
    {"-c:v", "--encoder"},
    {"--quality", "--crf"},
    {"--qp", "--crf"},
    {"-b", "--bitrate"},
    {"-b:v", "--bitrate"},
    {"-y", "--force"},
    {"--overwrite", "--force"},
    {"--yes", "--force"},
    {"-f", "--format"},
    {"--container", "--format"},
    {"--muxer", "--format"},
    {"--geometry", "--region"},
    {"-g", "--region"},
    {"--area", "--region"},
    {"--crop", "--region"},
    {"--select", "--region"},
    {"--monitor", "--output"},
    {"--screen", "--output"},
    {"--display", "--output"},
    {"--resolution", "--size"},
    {"--scale", "--size"},
    {"--pix-fmt", "--pixel-format"},
    {"--hide-cursor", "--no-cursor"},
}};

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> out;
  std::istringstream each(names);
  for (std::string name; std::getline(each, name, ',');) out.push_back(name);
  return out;
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(' '));
}

}  // namespace

struct Parser::Impl {
  std::string usage;
  std::string summary;
  std::vector<std::string> examples;
  std::string section;
  std::vector<Option> options;
  CLI::App app;
  bool has_globals = false;
  int verbose = 0;
  bool quiet = false;
  bool help_wanted = false;
  bool version_wanted = false;

  std::string command() const { return first_word(usage); }

  void remember(Option::Kind kind, const std::string& names, OptionHelp help) {
    options.push_back({kind, section, split(names), std::move(help)});
  }

  std::string example_of(const std::string& name) const {
    for (const Option& option : options)
      if (std::find(option.names.begin(), option.names.end(), name) != option.names.end() &&
          !option.help.example.empty())
        return ", for example " + option.help.example;
    return {};
  }

  /// What other programs call it, or else what it is a misspelling of; empty if there is no such.
  std::string nearest_option(const std::string& name) const {
    std::vector<std::string> names;
    for (const Option& option : options)
      if (option.kind != Option::Kind::positional)
        names.insert(names.end(), option.names.begin(), option.names.end());
    for (const auto& [theirs, ours] : other_names)
      if (theirs == name && std::find(names.begin(), names.end(), ours) != names.end())
        return std::string(ours);
    return nearest(name, names);
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw UsageError(what + "; see rustcam-cli " + (usage.empty() ? "" : command() + " ") +
                     "--help");
  }

  void refuse_leftover(const std::string& leftover) const {
    if (leftover.size() < 2 || leftover[0] != '-')
      refuse("'" + leftover + "' is one argument too many");
    const std::string name = leftover.substr(0, leftover.find('='));
    const std::string meant = nearest_option(name);
    refuse("unknown option " + name +
           (meant.empty() ? "" : " (did you mean " + meant + "?" + example_of(meant) + ")"));
  }
};

Parser::Parser(std::string usage, std::string summary, std::vector<std::string> examples)
    : impl_(std::make_unique<Impl>()) {
  impl_->usage = std::move(usage);
  impl_->summary = std::move(summary);
  impl_->examples = std::move(examples);
  impl_->app.set_help_flag();
  impl_->app.allow_extras();
  // "/tmp/a.mp4" is a file, on Windows too.
  impl_->app.allow_windows_style_options(false);
}

Parser::~Parser() = default;

void Parser::section(std::string title) {
  impl_->section = std::move(title);
}

void Parser::positional(const std::string& name, std::optional<std::string>& into,
                        OptionHelp help) {
  impl_->app.add_option(name, [&into](const CLI::results_t& given) {
    into = given.back();
    return true;
  });
  impl_->options.push_back({Option::Kind::positional, {}, {name}, std::move(help)});
}

void Parser::value(const std::string& names, std::optional<std::string>& into, OptionHelp help) {
  impl_->app
      .add_option(names,
                  [&into](const CLI::results_t& given) {
                    into = given.back();
                    return true;
                  })
      ->type_name(help.placeholder)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  impl_->remember(Option::Kind::value, names, std::move(help));
}

void Parser::values(const std::string& names, std::vector<std::string>& into, OptionHelp help) {
  impl_->app
      .add_option(names,
                  [&into](const CLI::results_t& given) {
                    into = given;
                    return true;
                  })
      ->type_name(help.placeholder)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  impl_->remember(Option::Kind::value, names, std::move(help));
}

void Parser::flag(const std::string& names, bool& into, std::string meaning) {
  impl_->app.add_flag_callback(names, [&into] { into = true; })->disable_flag_override();
  impl_->remember(Option::Kind::flag, names, {{}, std::move(meaning)});
}

void Parser::on_off(const std::string& on, const std::string& off, bool& into, OptionHelp help) {
  impl_->app.add_flag(on + ",!" + off, into)
      ->disable_flag_override()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  impl_->remember(Option::Kind::on_off, on + "," + off, std::move(help));
}

void Parser::declare_globals() {
  if (impl_->has_globals) return;
  impl_->has_globals = true;
  section(everywhere_section);
  impl_->app.add_flag("-v", impl_->verbose)->disable_flag_override();
  impl_->remember(Option::Kind::flag, "-v",
                  {{}, "tell more on stderr: what was chosen and why; twice: everything"});
  flag("-q", impl_->quiet, "errors only (a `--progress` that was asked for is still shown)");
  flag("--version", impl_->version_wanted,
       "print the versions of this program and of FFmpeg, and the back ends of this build");
  flag("-h,--help", impl_->help_wanted,
       "print help; after a command, its options with defaults and examples");
}

Parsed Parser::parse(const std::vector<std::string>& arguments, Globals& globals) {
  declare_globals();
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    impl_->app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    const std::string name = text.substr(0, text.find(':'));
    if (!impl_->help_wanted) impl_->refuse(name + " needs a value" + impl_->example_of(name));
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    impl_->refuse(text);
  }
  if (impl_->help_wanted) return Parsed::help;
  if (impl_->version_wanted) return Parsed::version;
  for (const std::string& leftover : impl_->app.remaining())
    if (leftover != "--") impl_->refuse_leftover(leftover);
  globals = {impl_->verbose, impl_->quiet};
  return Parsed::run;
}

const std::vector<Option>& Parser::options() {
  declare_globals();
  return impl_->options;
}

std::string Parser::help() {
  std::ostringstream out;
  out << "usage: rustcam-cli " << impl_->usage << " [OPTION...]\n\n"
      << wrap(impl_->summary, help_columns, 0) << "\n";
  std::string section;
  bool first = true;
  for (const Option& option : options()) {
    if (first || option.section != section) {
      out << "\n" << (option.section.empty() ? "Arguments" : option.section) << ":\n";
      section = option.section;
      first = false;
    }
    std::string text = option.help.meaning;
    if (!option.help.initial.empty()) text += " (default: " + option.help.initial + ")";
    if (!option.help.example.empty()) text += "; e.g. " + option.help.example;
    out << help_line(spelled(option), text, help_indent);
  }
  out << "\nExamples:\n";
  for (const std::string& example : impl_->examples) out << "  " << example << "\n";
  return out.str();
}

std::string help_line(const std::string& left, const std::string& text, std::size_t column) {
  std::string line = "  " + left;
  line += line.size() + 2 > column ? "\n" + std::string(column, ' ')
                                   : std::string(column - line.size(), ' ');
  return line + wrap(text, help_columns - column, column) + "\n";
}

std::string spelled(const Option& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + name;
  if (!option.help.placeholder.empty()) text += " " + option.help.placeholder;
  return text;
}

std::string wrap(const std::string& text, std::size_t columns, std::size_t indent) {
  std::istringstream words(text);
  std::string out;
  std::size_t used = 0;
  for (std::string word; words >> word;) {
    if (used > 0 && used + 1 + word.size() > columns) {
      out += "\n" + std::string(indent, ' ');
      used = 0;
    }
    if (used > 0) out += " ";
    out += word;
    used += word.size() + (used > 0 ? 1 : 0);
  }
  return out;
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  const auto distance = [](const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t above = row[j];
        const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        row[j] = std::min({above + 1, row[j - 1] + 1, substituted});
        diagonal = above;
      }
    }
    return row.back();
  };
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    if (candidate.size() < 3) continue;
    if (const std::size_t d = distance(word, candidate); d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace rustcam::cli
