#include <string>
#include <string_view>

#include "cli/completion.h"

namespace rustcam::cli {

namespace {

constexpr const char* head = R"script(#compdef rustcam-cli
# zsh completion for rustcam-cli, made by: rustcam-cli completion zsh

# What can be captured now.
_rustcam-cli_outputs() {
  local -a names expl
  local backend=${(Q)opt_args[--backend]}
  names=(${(f)"$(timeout 2 $program list outputs --json ${backend:+--backend=$backend} 2> /dev/null)"})
  names=(${${${(M)names:#*\"name\": \"*}#*\"name\": \"}%\",})
  _wanted outputs expl output compadd -a names
}

_rustcam-cli() {
  local context state state_descr line curcontext=$curcontext program=${(Q)words[1]} ret=1
  local -A opt_args
  program=${program/#\~/$HOME}
)script";

constexpr const char* tail = R"script(      esac
      ;;
  esac
  return ret
}

if [[ $funcstack[1] == _rustcam-cli ]]; then
  _rustcam-cli "$@"
else
  compdef _rustcam-cli rustcam-cli
fi
)script";

std::string quoted(const std::string& text) {
  return shell_quoted(text, "'\\''");
}

/// With a backslash before each of `special`, as _arguments and _describe want it.
std::string escaped(const std::string& text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// ":message:action" of a value.
std::string value_spec(const std::string& message, const OptionHelp& help) {
  const std::string begin = ":" + escaped(message, ":\\") + ":";
  if (help.kind == ValueKind::file) return begin + "_files";
  if (help.kind == ValueKind::output) return begin + "_rustcam-cli_outputs";
  return begin + (help.names.empty() ? std::string(" ") : "(" + spaced(help.names) + ")");
}

/// One line for each spelling, which exclude one another unless they may be repeated.
std::string option_specs(const Option& option, const std::string& indent) {
  const bool repeated = option.names.front() == "-v" || option.help.placeholder == "K=V";
  std::string out;
  for (const std::string& name : option.names) {
    std::string spec = repeated ? "*" : "(" + spaced(option.names) + ")";
    spec += name;
    if (option.kind == Option::Kind::value) spec += name.starts_with("--") ? "=" : "+";
    spec += "[" + escaped(option.help.meaning, ":[]\\") + "]";
    if (option.kind == Option::Kind::value)
      spec += value_spec(option.help.placeholder, option.help);
    out += indent + quoted(spec) + "\n";
  }
  return out;
}

std::string command_branch(const CommandEntry& command) {
  std::string out =
      "        " + std::string(command.name) + ")\n          _arguments -S $everywhere";
  int argument = 0;
  std::string specs;
  for (const Option& option : options_of(command)) {
    if (option.section == everywhere_section) continue;
    if (option.kind == Option::Kind::positional)
      specs += "            " +
               quoted(std::to_string(++argument) + value_spec(option.names.front(), option.help)) +
               "\n";
    else
      specs += option_specs(option, "            ");
  }
  for (const std::string& spec : lines(specs)) out += " \\\n" + spec;
  return out + " && ret=0\n          ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string out = head;
  out += "  local -a everywhere=(\n";
  for (const Option& option : global_options()) out += option_specs(option, "    ");
  out += "  )\n  local -a commands=(\n";
  for (const CommandEntry& command : commands())
    out += "    " + quoted(std::string(command.name) + ":" + escaped(brief(command), ":\\")) + "\n";
  out += R"script(  )
  _arguments -C $everywhere '1:command:->command' '*::argument:->argument' && ret=0
  case $state in
    command)
      _describe -t commands command commands && ret=0
      ;;
    argument)
      curcontext=${curcontext%:*}-$words[1]:
      case $words[1] in
)script";
  for (const CommandEntry& command : commands()) out += command_branch(command);
  return out + tail;
}

}  // namespace rustcam::cli
