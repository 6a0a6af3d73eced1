#include <map>
#include <string>
#include <vector>

#include "cli/completion.h"

namespace rustcam::cli {

namespace {

constexpr const char* head =
    R"script(# bash completion for rustcam-cli, made by: rustcam-cli completion bash

# _rustcam_cli_value COMMAND OPTION: sets names and kind to what its value may be; fails if it
# takes none. An argument's OPTION is its number.
_rustcam_cli_value() {
  names=() kind=
  case $1:$2 in
)script";

constexpr const char* middle = R"script(    *) return 1 ;;
  esac
}

# _rustcam_cli_options COMMAND: sets names to its options.
_rustcam_cli_options() {
  case $1 in
)script";

constexpr const char* tail = R"script(  esac
}

# _rustcam_cli_outputs PROGRAM [BACKEND]: sets names to what can be captured now.
_rustcam_cli_outputs() {
  local line name pattern='^ *"name": "(.*)",$'
  names=()
  while IFS= read -r line; do
    if [[ $line =~ $pattern ]]; then
      printf -v name %q "${BASH_REMATCH[1]//\\\\/\\}"
      names+=("$name")
    fi
  done < <(timeout 2 "$1" list outputs --json ${2:+--backend "$2"} 2> /dev/null)
}

_rustcam_cli() {
  COMPREPLY=()
  # bash parts words at = : @ too. Pieces with no space between them are one word of ours.
  local i piece line=$COMP_LINE words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if [[ $i -eq 0 || $line == [[:space:]]* || -z $line ]]; then
      words+=("$piece")
    else
      words[${#words[@]} - 1]+=$piece
    fi
    line=${line#"${line%%[![:space:]]*}"}
    line=${line#"$piece"}
  done
  local cur=${words[${#words[@]} - 1]} beyond=$((${#COMP_LINE} - ${#line} - COMP_POINT))
  if ((beyond > 0 && beyond <= ${#cur})); then cur=${cur:0:${#cur} - beyond}; fi

  local word command= option= backend= argument=1 arguments_only= names=() kind=
  for word in "${words[@]:1:${#words[@]} - 2}"; do
    if [[ $option ]]; then
      if [[ $option == --backend ]]; then backend=$word; fi
      option=
    elif [[ $arguments_only || $word == - || $word != -* ]]; then
      if [[ $command ]]; then argument=$((argument + 1)); else command=$word; fi
    elif [[ $word == -- ]]; then
      arguments_only=1
    elif [[ $word == --backend=* ]]; then
      backend=${word#*=}
    elif _rustcam_cli_value "$command" "$word"; then
      option=$word
    fi
  done

  local prefix=
  if [[ $option ]]; then
    _rustcam_cli_value "$command" "$option"
  elif [[ -z $arguments_only && $cur == --*=* ]]; then
    prefix=${cur%%=*}=
    cur=${cur#*=}
    _rustcam_cli_value "$command" "${prefix%=}" || return 0
  elif [[ -z $arguments_only && $cur == -[!-]?* ]] && _rustcam_cli_value "$command" "${cur:0:2}"; then
    prefix=${cur:0:2}
    cur=${cur:2}
  elif [[ -z $arguments_only && $cur == -* ]]; then
    kind=
    _rustcam_cli_options "$command"
  else
    _rustcam_cli_value "$command" "$argument" || return 0
  fi

  if [[ $kind == file ]]; then
    compopt -o default  # readline's own files: there are no replies of ours
    return 0
  fi
  if [[ $kind == output ]]; then _rustcam_cli_outputs "${words[0]/#\~/$HOME}" "$backend"; fi
  # Readline replaces only what follows the quote, or the last of the characters that part words.
  local name kept=$prefix$cur breaks=${COMP_WORDBREAKS//[!=:@]/}
  if [[ $cur == [\"\']* ]]; then
    cur=${cur:1}
    kept=$prefix
  elif [[ $breaks ]]; then
    kept=${kept%"${kept##*[$breaks]}"}
    kept=${kept%@}  # this one begins the word that it parts
  else
    kept=
  fi
  for name in "${names[@]}"; do
    if [[ $name == "$cur"* && $prefix$name != "$kept" ]]; then
      name=$prefix$name
      COMPREPLY+=("${name#"$kept"}")
    fi
  done
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
  return 0
}

complete -F _rustcam_cli rustcam-cli
)script";

/// What _rustcam_cli_value does for such a value.
std::string body(const OptionHelp& help) {
  if (help.kind == ValueKind::file) return "kind=file ;;";
  if (help.kind == ValueKind::output) return "kind=output ;;";
  return help.names.empty() ? ";;" : "names=(" + spaced(help.names) + ") ;;";
}

/// Options that take the same values, side by side.
std::string values() {
  std::map<std::string, std::string> patterns;
  const auto add = [&patterns](const std::string& pattern, const OptionHelp& help) {
    std::string& all = patterns[body(help)];
    all += (all.empty() ? "" : " | ") + pattern;
  };
  std::vector<std::string> all_commands;
  for (const CommandEntry& command : commands()) {
    const std::string name(command.name);
    all_commands.push_back(name);
    int argument = 0;
    for (const Option& option : options_of(command)) {
      if (option.kind == Option::Kind::positional)
        add(name + ":" + std::to_string(++argument), option.help);
      if (option.kind == Option::Kind::value)
        for (const std::string& spelling : option.names) add(name + ":" + spelling, option.help);
    }
  }
  add(":1", {{}, {}, {}, {}, {}, all_commands});
  std::string out;
  for (const auto& [what, pattern] : patterns)
    out.append("    ").append(pattern).append(") ").append(what).append("\n");
  return out;
}

std::string line_of(const std::string& command, const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options)
    if (option.kind != Option::Kind::positional)
      names.insert(names.end(), option.names.begin(), option.names.end());
  return "    " + command + ") names=(" + spaced(names) + ") ;;\n";
}

}  // namespace

std::string bash_completion() {
  std::string out = head + values() + middle;
  for (const CommandEntry& command : commands())
    out += line_of(std::string(command.name), options_of(command));
  return out + line_of("*", global_options()) + tail;
}

}  // namespace rustcam::cli
