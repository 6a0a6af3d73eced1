#include <algorithm>
#include <stdexcept>

#include "cli/capture_options.h"
#include "cli/command.h"
#include "cli/manual.h"

namespace rustcam::cli {

namespace {

constexpr std::string_view mark_begin = "<!-- ";
constexpr std::string_view mark_end = " -->\n";
constexpr std::string_view part_end = "<!-- end -->";

/// In a table's cell a bar would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string row(const Option& option) {
  std::string names;
  for (const std::string& name : option.names) {
    const bool last = &name == &option.names.back();
    names += (names.empty() ? "`" : ", `") + name;
    if (last && !option.help.placeholder.empty()) names += " " + option.help.placeholder;
    names += "`";
  }
  std::string meaning = option.help.meaning;
  if (!option.help.detail.empty()) meaning += ". " + option.help.detail;
  return "| " + cell(names) + " | " + cell(meaning) + " |";
}

std::string initial_of(const Option& option) {
  const bool flag = option.kind == Option::Kind::flag && option.section != everywhere_section;
  return flag ? "off" : cell(option.help.initial);
}

std::string options_table(const std::string& which) {
  const auto comma = which.find(", ");
  const std::string name = which.substr(0, comma);
  const auto list = commands();
  const auto command = std::find_if(list.begin(), list.end(),
                                    [&name](const CommandEntry& c) { return c.name == name; });
  if (command == list.end()) throw std::runtime_error("there is no command '" + name + "'");
  std::vector<Option> shown;
  for (const Option& option : options_of(*command)) {
    const bool own = option.section != capture_section && option.section != everywhere_section;
    if (comma == std::string::npos ? own : option.section == which.substr(comma + 2))
      shown.push_back(option);
  }
  if (shown.empty()) throw std::runtime_error("there are no options of '" + which + "'");
  const bool defaults = std::any_of(shown.begin(), shown.end(),
                                    [](const Option& o) { return !initial_of(o).empty(); });
  std::string out = "| option | meaning |" + std::string(defaults ? " default |" : "") +
                    "\n|---|---|" + (defaults ? "---|" : "") + "\n";
  for (const Option& option : shown) {
    out += row(option);
    if (defaults) out += " " + initial_of(option) + (initial_of(option).empty() ? "|" : " |");
    out += "\n";
  }
  return out;
}

std::string command_list() {
  constexpr std::size_t column = 33;
  std::string out;
  for (const CommandEntry& command : commands()) {
    std::string line = "    rustcam-cli " + std::string(command.usage);
    line.resize(std::max(column + 4, line.size() + 1), ' ');
    out += line + brief(command) + "\n";
  }
  return out;
}

std::string part(const std::string& mark) {
  constexpr std::string_view options = "options: ";
  if (mark == "commands") return command_list();
  if (mark.starts_with(options)) return options_table(mark.substr(options.size()));
  throw std::runtime_error("unknown mark '" + mark + "'");
}

}  // namespace

std::string with_tables(const std::string& markdown) {
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const auto begin = markdown.find(mark_begin, at);
    if (begin == std::string::npos) return out + markdown.substr(at);
    const auto end = markdown.find(mark_end, begin);
    const auto close = markdown.find(part_end, begin);
    if (end == std::string::npos || close == std::string::npos || close < end)
      throw std::runtime_error("a mark has no end: " + markdown.substr(begin, 60));
    const std::string mark =
        markdown.substr(begin + mark_begin.size(), end - begin - mark_begin.size());
    out += markdown.substr(at, end + mark_end.size() - at) + "\n" + part(mark) + "\n" +
           std::string(part_end);
    at = close + part_end.size();
  }
}

}  // namespace rustcam::cli
