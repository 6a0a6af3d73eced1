// One command's options as text: CLI11 takes the line apart. --help, the manual page, the tables of
// docs/cli.md and the shells' completions are all made from what was declared. Values are checked
// afterwards (cli/values.h), so that every wrong one gets a message of ours.
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

/// What a shell offers as a value, beyond the names in OptionHelp.
enum class ValueKind { text = 1, file, output };

/// What is said about one option. Text between backticks is as it would be typed.
struct OptionHelp {
  std::string placeholder;   ///< "F"; for flags empty
  std::string meaning;       ///< one sentence without a full stop
  std::string initial = {};  ///< the default, in words; empty if there is none
  std::string example = {};  ///< as it would be typed: "--fps 60000/1001"
  std::string detail = {};   ///< more sentences, for the manual; the last without a full stop
  std::vector<std::string> names = {};  ///< values that shells offer
  ValueKind kind = ValueKind::text;
};

/// An option or argument as it was declared.
struct Option {
  enum class Kind { positional = 1, flag, value, on_off };
  Kind kind;
  std::string section;             ///< its heading; empty for arguments
  std::vector<std::string> names;  ///< "-o", "--output"; an argument's own name
  OptionHelp help;
};

/// The heading of the options that every command takes.
inline constexpr const char* everywhere_section = "Everywhere";

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
  std::string help();
  /// Everything that was declared, and then what every command takes.
  const std::vector<Option>& options();

 private:
  void declare_globals();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `text` broken at spaces so that no line is longer than `columns`; the lines after the first
/// begin with `indent` spaces.
std::string wrap(const std::string& text, std::size_t columns, std::size_t indent);

/// One line of a list for people, broken at the help's width: `left`, and `text` from `column` on.
std::string help_line(const std::string& left, const std::string& text, std::size_t column);

/// "-o, --output O".
std::string spelled(const Option& option);

/// The candidate that `word` was most likely meant to be; empty if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rustcam::cli
