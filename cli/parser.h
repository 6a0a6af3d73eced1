// One command's options as text: CLI11 takes the line apart, and --help is made from what was
// declared. Values are checked afterwards (cli/values.h), so that every wrong one gets a message of
// ours.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rustcam::cli {

/// What was given before or after any command.
struct Globals {
  int verbosity = 0;  ///< how often -v was given
  bool quiet = false;
};

/// What --help says about one option.
struct OptionHelp {
  std::string placeholder;   ///< "F"; for flags empty
  std::string meaning;       ///< one sentence without a full stop
  std::string initial = {};  ///< the default, in words; empty where there is none
  std::string example = {};  ///< as it would be typed: "--fps 60000/1001"
};

enum class Parsed { run = 1, help, version };

class Parser {
 public:
  /// `usage` is what follows the program's name ("record [FILE]").
  Parser(std::string usage, std::string summary, std::vector<std::string> examples);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Heads the options that are declared after it.
  void section(std::string title);
  /// An argument without dashes. `into` must outlive parse(), here and below.
  void positional(const std::string& name, std::optional<std::string>& into, OptionHelp help);
  /// `names` as CLI11 takes them ("-o,--output"). Given twice, the last one counts.
  void value(const std::string& names, std::optional<std::string>& into, OptionHelp help);
  /// May be given several times; all count.
  void values(const std::string& names, std::vector<std::string>& into, OptionHelp help);
  void flag(const std::string& names, bool& into, std::string meaning);
  /// Two flags for one thing; the last one counts.
  void on_off(const std::string& on, const std::string& off, bool& into, OptionHelp help);

  /// Throws UsageError for what was not declared, a missing value, or too many arguments.
  Parsed parse(const std::vector<std::string>& arguments, Globals& globals);
  /// What `--help` prints.
  std::string help() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `text` broken at spaces so that no line is longer than `columns`; the lines after the first
/// begin with `indent` spaces.
std::string wrap(const std::string& text, std::size_t columns, std::size_t indent);

/// The candidate that `word` was most likely meant to be; empty where none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rustcam::cli
