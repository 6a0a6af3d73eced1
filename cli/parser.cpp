#include "cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <sstream>
#include <utility>

#include "base/error.h"

namespace rustcam::cli {

namespace {

constexpr std::size_t help_columns = 96;
constexpr std::size_t help_indent = 28;

struct Entry {
  std::string section;
  std::string left;
  OptionHelp help;
};

std::string spaced(const std::string& names) {
  std::string out;
  for (const char c : names) out += c == ',' ? std::string(", ") : std::string(1, c);
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
  std::vector<Entry> entries;
  std::vector<std::string> option_names;
  CLI::App app;
  int verbose = 0;
  bool quiet = false;
  bool help_wanted = false;
  bool version_wanted = false;

  std::string command() const { return first_word(usage); }

  void remember(const std::string& names, OptionHelp help) {
    std::string left = spaced(names);
    if (!help.placeholder.empty()) left += " " + help.placeholder;
    entries.push_back({section, std::move(left), std::move(help)});
    std::istringstream each(names);
    for (std::string name; std::getline(each, name, ',');) option_names.push_back(name);
  }

  std::string example_of(const std::string& name) const {
    for (const Entry& entry : entries)
      if (entry.left.find(name) != std::string::npos && !entry.help.example.empty())
        return ", for example " + entry.help.example;
    return {};
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw UsageError(what + "; see rustcam-cli " + (usage.empty() ? "" : command() + " ") +
                     "--help");
  }

  void refuse_leftover(const std::string& leftover) const {
    if (leftover.size() < 2 || leftover[0] != '-')
      refuse("'" + leftover + "' is one argument too many");
    const std::string name = leftover.substr(0, leftover.find('='));
    const std::string meant = nearest(name, option_names);
    refuse("unknown option " + name + (meant.empty() ? "" : " (did you mean " + meant + "?)"));
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
  impl_->entries.push_back({{}, name, std::move(help)});
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
  impl_->remember(names, std::move(help));
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
  impl_->remember(names, std::move(help));
}

void Parser::flag(const std::string& names, bool& into, std::string meaning) {
  impl_->app.add_flag_callback(names, [&into] { into = true; })->disable_flag_override();
  impl_->remember(names, {{}, std::move(meaning)});
}

void Parser::on_off(const std::string& on, const std::string& off, bool& into, OptionHelp help) {
  impl_->app.add_flag(on + ",!" + off, into)
      ->disable_flag_override()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  impl_->remember(on + "," + off, std::move(help));
}

Parsed Parser::parse(const std::vector<std::string>& arguments, Globals& globals) {
  section("Everywhere");
  impl_->app.add_flag("-v", impl_->verbose)->disable_flag_override();
  impl_->remember("-v", {{}, "tell more on stderr; twice: everything"});
  flag("-q", impl_->quiet, "errors only");
  flag("--version", impl_->version_wanted,
       "print the versions of this program, of FFmpeg, and the back ends");
  flag("-h,--help", impl_->help_wanted, "print this help");

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

std::string Parser::help() const {
  std::ostringstream out;
  out << "usage: rustcam-cli " << impl_->usage << " [OPTION...]\n\n"
      << wrap(impl_->summary, help_columns, 0) << "\n";
  std::string section;
  bool first = true;
  for (const Entry& entry : impl_->entries) {
    if (first || entry.section != section) {
      out << "\n" << (entry.section.empty() ? "Arguments" : entry.section) << ":\n";
      section = entry.section;
      first = false;
    }
    std::string text = entry.help.meaning;
    if (!entry.help.initial.empty()) text += " (default: " + entry.help.initial + ")";
    if (!entry.help.example.empty()) text += "; e.g. " + entry.help.example;
    std::string left = "  " + entry.left;
    left += left.size() + 2 > help_indent ? "\n" + std::string(help_indent, ' ')
                                          : std::string(help_indent - left.size(), ' ');
    out << left << wrap(text, help_columns - help_indent, help_indent) << "\n";
  }
  out << "\nExamples:\n";
  for (const std::string& example : impl_->examples) out << "  " << example << "\n";
  return out.str();
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
