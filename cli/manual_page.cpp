#include <algorithm>
#include <cctype>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "base/one_of.h"
#include "cli/capture_options.h"
#include "cli/command.h"
#include "cli/manual.h"
#include "cli/version.h"

namespace rustcam::cli {

namespace {

constexpr std::size_t line_length = 78;

constexpr const char* description = R"man(.SH DESCRIPTION
.B rustcam\-cli
takes pictures of the screen, records it at an exact rate, and measures how
many of its frames really arrive.
It captures X11 and, on Windows, Desktop Duplication.
A virtual display inside the program needs no screen at all:
.BR "\-\-backend virtual" .
.PP
A recording is a sequence of slots, exactly one every 1/fps seconds.
A slot without a new frame repeats the last picture.
If no option ends it,
.BR Ctrl\-C ,
.B SIGTERM
or the key
.B q
does, and the file is whole.
.PP
An existing file is never overwritten without
.BR \-\-force ,
which is checked before anything is captured.
The name
.B \-
is standard output.
Then nothing but the data goes there.
.PP
An option that is given twice counts as given last;
.B \-\-encoder\-option
adds up.
.B \-\-
ends the options.
)man";

constexpr const char* closing = R"man(.SH "EXIT STATUS"
.TP
.B 0
Done; also when ended by a signal, the key
.BR q ,
or a reader that closed its pipe.
.TP
.B 1
Something went wrong in the world: no display, an existing file without
.BR \-\-force ,
an unwritable path, a failure of capture, encoder or disk, or a source lost
for good.
.TP
.B 2
Wrong usage: syntax, a bad value, an unknown command, encoder or output, a
region outside its output, or data and
.B \-\-json
both to standard output.
.PP
An error is one line on standard error: what failed, why, and what to do.
If nothing was recorded no file is left.
.SH ENVIRONMENT
.TP
.B DISPLAY
The X server whose screen is captured.
.TP
.BR WAYLAND_DISPLAY ", " XDG_RUNTIME_DIR
The Wayland compositor whose outputs are captured: its socket, and the folder
of that.
If it cannot be captured, an X server shows a part of the session only, and a
warning says so.
.SH FILES
.TP
.IR rustcam\-YYYYMMDD\-HHMMSS.mp4 ", " rustcam\-YYYYMMDD\-HHMMSS.png
What
.B record
and
.B shot
make in the current folder if no
.I FILE
is given.
Further ones of the same second get
.IR \-2 ,
.I \-3
and so on.
)man";

constexpr const char* see_also = R"man(.SH "SEE ALSO"
.BR ffmpeg (1),
.BR ffprobe (1),
.BR slop (1),
.BR slurp (1),
.BR xrandr (1)
)man";

/// Text to be typed, or a word of it: with the characters that a terminal knows.
std::string literal(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '-':
        out += "\\-";
        break;
      case '\\':
        out += "\\e";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '\'':
        out += "\\(aq";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// One word of running text. Hyphens stay hyphens only if it is nothing that could be typed.
std::string prose(const std::string& word) {
  const auto dot = word.find('.', 1);
  const bool file = dot != std::string::npos && dot + 1 < word.size();
  const bool typed = file || word.starts_with('-') || word.starts_with("(-") ||
                     std::any_of(word.begin(), word.end(), [](unsigned char c) {
                       return std::isdigit(c) != 0 || c == '/' || c == '_' || c == '=';
                     });
  if (typed) return literal(word);
  std::string out;
  for (const char c : word) out += c == '\\' ? "\\e" : std::string(1, c);
  return out;
}

/// Running text: what is between backticks becomes bold, and each sentence begins a line.
std::string paragraph(const std::string& text) {
  std::string marked;
  bool bold = false;
  for (const char c : text) {
    if (c == '`')
      marked += (bold = !bold) ? "\x01" : "\x02";
    else
      marked += bold && c == ' ' ? '\x03' : c;  // a line is not broken there
  }
  std::string out;
  std::string sentence;
  const auto flush = [&out, &sentence] {
    if (sentence.empty()) return;
    std::istringstream in(wrap(sentence, line_length, 0));
    for (std::string line; std::getline(in, line);)
      out += (line[0] == '.' || line[0] == '\'' ? "\\&" : "") + line + "\n";
    sentence.clear();
  };
  std::istringstream words(marked);
  for (std::string word; words >> word;) {
    std::string set;
    const auto begin = word.find('\x01');
    if (begin == std::string::npos) {
      set = prose(word);
    } else {
      const auto end = word.find('\x02');
      std::string inner = literal(word.substr(begin + 1, end - begin - 1));
      std::replace(inner.begin(), inner.end(), '\x03', '~');
      for (auto at = inner.find('~'); at != std::string::npos; at = inner.find('~', at + 2))
        inner.replace(at, 1, "\\ ");
      set = prose(word.substr(0, begin)) + "\\fB" + inner + "\\fP" + prose(word.substr(end + 1));
    }
    sentence += (sentence.empty() ? "" : " ") + set;
    if (word.ends_with('.') && !word.ends_with("..")) flush();
  }
  flush();
  return out;
}

/// "A word first." from "a word first"; a name stays as it is typed.
std::string sentence(std::string text, const std::vector<std::string>& names) {
  const std::string first = text.substr(0, text.find_first_of(" ,:;"));
  const bool name =
      std::find(names.begin(), names.end(), first) != names.end() ||
      std::any_of(first.begin(), first.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!name) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + ".";
}

std::string tag(const Option& option) {
  const bool argument = option.kind == Option::Kind::positional;
  std::string out;
  for (const std::string& name : option.names)
    out += (out.empty() ? "" : ", ") + std::string(argument ? "\\fI" : "\\fB") + literal(name) +
           "\\fP";
  if (!option.help.placeholder.empty()) out += " \\fI" + literal(option.help.placeholder) + "\\fP";
  return out;
}

std::string item(const Option& option) {
  const OptionHelp& help = option.help;
  std::string text = sentence(help.meaning, help.names);
  if (!help.detail.empty()) text += " " + sentence(help.detail, help.names);
  std::string out = ".TP\n" + tag(option) + "\n" + paragraph(text);
  if (!help.initial.empty()) out += paragraph("Default: " + help.initial + ".");
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// "record [FILE]" with the name bold and the argument in italics.
std::string usage_of(const CommandEntry& command) {
  std::string out = "\\fB" + std::string(command.name) + "\\fP";
  for (const char c : command.usage.substr(command.name.size()))
    out += std::isupper(static_cast<unsigned char>(c)) != 0 ? "\\fI" + std::string(1, c) + "\\fP"
                                                            : std::string(1, c);
  for (auto at = out.find("\\fP\\fI"); at != std::string::npos; at = out.find("\\fP\\fI"))
    out.erase(at, 6);
  return out;
}

std::string synopsis() {
  std::string out = ".SH SYNOPSIS\n";
  for (const CommandEntry& command : commands())
    out += (out.ends_with("SYNOPSIS\n") ? "" : ".br\n") + std::string("\\fBrustcam\\-cli\\fP ") +
           usage_of(command) + " [\\fIOPTION\\fP...]\n";
  return out + ".br\n\\fBrustcam\\-cli \\-\\-help\\fP | \\fB\\-\\-version\\fP\n";
}

/// The options that shot, record and bench share.
std::string capture_part() {
  std::string out = ".SH \"WHAT TO CAPTURE\"\n";
  std::vector<std::string> commands_with;
  std::vector<Option> shared;
  for (const CommandEntry& command : commands()) {
    bool has = false;
    for (const Option& option : options_of(command)) {
      if (option.section != capture_section) continue;
      has = true;
      if (std::none_of(shared.begin(), shared.end(),
                       [&option](const Option& o) { return o.names == option.names; }))
        shared.push_back(option);
    }
    if (has) commands_with.push_back("`" + std::string(command.name) + "`");
  }
  out += paragraph("These say for " + one_of(commands_with) + " what is captured.");
  for (const Option& option : shared) out += item(option);
  return out;
}

std::string command_part(const CommandEntry& command) {
  std::string out =
      ".SH " + upper(std::string(command.name)) + "\n" + paragraph(std::string(command.summary));
  std::string section;
  bool captures = false;
  for (const Option& option : options_of(command)) {
    captures |= option.section == capture_section;
    if (option.section == capture_section || option.section == everywhere_section) continue;
    if (option.section != section) {
      section = option.section;
      // A heading says something only if there are several.
      if (section != "Options") out += ".SS \"" + section + "\"\n";
    }
    out += item(option);
  }
  if (captures) out += ".PP\nThe options of \\fBWHAT TO CAPTURE\\fP come to these.\n";
  return out;
}

std::string examples() {
  std::string out = ".SH EXAMPLES\n";
  for (const CommandEntry& command : commands()) {
    if (!out.ends_with("EXAMPLES\n")) out += ".PP\n";
    out += paragraph(brief(command) + ":") + ".PP\n.RS 2\n.nf\n";
    for (const std::string& line : lines(command.examples)) out += literal(line) + "\n";
    out += ".fi\n.RE\n";
  }
  return out;
}

}  // namespace

std::string manual_page() {
  std::string out = ".\\\" Made from the program's own table of options.\n";
  out += std::string(".TH RUSTCAM-CLI 1 ") + release_date + " \"rustcam-cli " + program_version +
         "\" \"User Commands\"\n";
  out += ".nh\n.ad l\n";  // names are not parted, and words not pulled apart
  out += ".SH NAME\nrustcam\\-cli \\- capture and record the screen at an exact rate\n";
  out += synopsis() + description;
  out += ".SH \"OPTIONS OF EVERY COMMAND\"\nThese may stand before the command too.\n";
  for (const Option& option : global_options()) out += item(option);
  out += capture_part();
  for (const CommandEntry& command : commands()) out += command_part(command);
  return out + closing + examples() + see_also;
}

}  // namespace rustcam::cli
