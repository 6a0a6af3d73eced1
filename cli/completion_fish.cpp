#include <set>
#include <string>

#include "cli/completion.h"

namespace rustcam::cli {

namespace {

constexpr const char* head =
    R"script(# fish completion for rustcam-cli, made by: rustcam-cli completion fish

# __rustcam_cli_at [COMMAND [NUMBER]]: is that the command, and its next argument that one? Without
# COMMAND: is there none yet?
function __rustcam_cli_at
    set -l tokens (commandline -opc)
    set -l place
    set -l value
    for token in $tokens[2..]
        if test -n "$value"
            set value
            continue
        end
        switch $token
            case VALUE_OPTIONS
                set value yes
            case -
                set -a place $token
            case '-*'
            case '*'
                set -a place $token
        end
    end
    if test (count $argv) -eq 0
        test (count $place) -eq 0
        return
    end
    test "$place[1]" = $argv[1]; or return
    test (count $argv) -eq 1; or test (count $place) -eq $argv[2]
end

# What can be captured now.
function __rustcam_cli_outputs
    set -l tokens (commandline -opc)
    set -l backend (string replace -f -r '^--backend=' '' -- $tokens)
    if set -l at (contains -i -- --backend $tokens); and test $at -lt (count $tokens)
        set backend $tokens[(math $at + 1)]
    end
    set -q backend[1]; and set backend --backend $backend[-1]
    timeout 2 $tokens[1] list outputs --json $backend 2>/dev/null |
        string replace -f -r '^ *"name": "(.*)",$' '$1' | string replace -a '\\\\' '\\'
end

complete -c rustcam-cli -f
)script";

std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return shell_quoted(out, "\\'");
}

/// " -x -a '...'" of a value; `argument` is one without dashes.
std::string value_words(const OptionHelp& help, bool argument) {
  if (help.kind == ValueKind::file) return argument ? " -F" : " -r -F";
  std::string out = argument ? "" : " -x";
  if (help.kind == ValueKind::output) return out + " -a '(__rustcam_cli_outputs)'";
  return help.names.empty() ? out : out + " -a " + quoted(spaced(help.names));
}

std::string line_of(const Option& option, const std::string& condition) {
  if (option.kind == Option::Kind::on_off) {
    std::string both;
    for (const std::string& name : option.names)
      both += line_of({Option::Kind::flag, option.section, {name}, option.help}, condition);
    return both;
  }
  std::string out = "complete -c rustcam-cli" + condition;
  for (const std::string& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.kind == Option::Kind::value) out += value_words(option.help, false);
  return out + " -d " + quoted(option.help.meaning) + "\n";
}

std::string command_lines(const CommandEntry& command) {
  const std::string name(command.name);
  std::string out = "\ncomplete -c rustcam-cli -n __rustcam_cli_at -a " + name + " -d " +
                    quoted(brief(command)) + "\n";
  int argument = 0;
  for (const Option& option : options_of(command)) {
    if (option.section == everywhere_section) continue;
    const std::string at = "__rustcam_cli_at " + name;
    if (option.kind == Option::Kind::positional)
      out += "complete -c rustcam-cli -n " + quoted(at + " " + std::to_string(++argument)) +
             value_words(option.help, true) + "\n";
    else
      out += line_of(option, " -n " + quoted(at));
  }
  return out;
}

/// The spellings of all options that take a value, whose next word is none of ours.
std::string value_options() {
  std::set<std::string> names;
  for (const CommandEntry& command : commands())
    for (const Option& option : options_of(command))
      if (option.kind == Option::Kind::value)
        names.insert(option.names.begin(), option.names.end());
  return spaced({names.begin(), names.end()});
}

}  // namespace

std::string fish_completion() {
  std::string out = head;
  const std::string mark = "VALUE_OPTIONS";
  out.replace(out.find(mark), mark.size(), value_options());
  for (const Option& option : global_options()) out += line_of(option, "");
  for (const CommandEntry& command : commands()) out += command_lines(command);
  return out;
}

}  // namespace rustcam::cli
