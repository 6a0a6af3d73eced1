#include "cli/command.h"

#include <array>
#include <sstream>

namespace rustcam::cli {

std::span<const CommandEntry> commands() noexcept {
  static constexpr std::array<CommandEntry, 7> list{{
      {"shot", "shot [FILE]",
       "One picture of the screen. It is png, jpg, webp, qoi, bmp, ppm or raw pixels. Without FILE "
       "it "
       "makes rustcam-YYYYMMDD-HHMMSS.png here and prints that name; - is standard output.",
       "rustcam-cli shot out.png\n"
       "rustcam-cli shot --region 100,50,500,300 --no-cursor part.webp\n"
       "rustcam-cli shot --region \"$(slurp)\" - | wl-copy\n"
       "rustcam-cli shot --all --delay 3 screens.jpg",
       make_shot},
      {"record", "record [FILE]",
       "A recording of the screen at an exact rate. It ends by --duration, --frames or --max-size, "
       "or "
       "by Ctrl-C, SIGTERM or the key q. Without FILE it makes rustcam-YYYYMMDD-HHMMSS.mp4 here "
       "and prints that name; - is standard output.",
       "rustcam-cli record out.mp4\n"
       "rustcam-cli record --fps 30 --duration 10 --json talk.mkv\n"
       "rustcam-cli record --encoder x264 --crf 18 -o DP-1 game.mp4\n"
       "rustcam-cli record --format rawvideo --pixel-format bgr - | ./consumer",
       make_record},
      {"bench", "bench",
       "How many frames a second really arrive. Shows a stimulus, captures it, and counts the "
       "frames that came, those that differ, and those that were shown and never came. "
       "flip_demo, the usual stimulus, flashes the whole screen: do not look at it with "
       "photosensitive epilepsy; --stimulus mover does not flash.",
       "rustcam-cli bench\n"
       "rustcam-cli bench --hz 60 --mode all --pointer both --chart bench.html\n"
       "rustcam-cli bench --stimulus none --json\n"
       "rustcam-cli bench --backend virtual -o mover@1280x720@120",
       make_bench},
      {"list", "list [WHAT]",
       "The outputs that can be captured, or windows, devices, encoders or backends.",
       "rustcam-cli list\n"
       "rustcam-cli list encoders --json",
       make_list},
      {"stimulus", "stimulus NAME",
       "A test picture on the screen at an exact rate. Each frame carries its number, so that what "
       "a capture tool missed can be read from its recording. flip_demo flashes the whole screen: "
       "do not look at it with photosensitive epilepsy.",
       "rustcam-cli stimulus mover --hz 60 --duration 10\n"
       "rustcam-cli stimulus flip_demo --hz 180 --json",
       make_stimulus},
      {"doctor", "doctor", "What works on this machine, what does not, and how to fix it.",
       "rustcam-cli doctor\n"
       "rustcam-cli doctor --json",
       make_doctor},
      {"completion", "completion SHELL",
       "Completions for bash, zsh or fish, on stdout. An installed package has put them in place "
       "already; for a program that was built by hand, let the shell's start-up file read them.",
       "source <(rustcam-cli completion bash)\n"
       "rustcam-cli completion zsh > ~/.zfunc/_rustcam-cli\n"
       "rustcam-cli completion fish | source",
       make_completion},
  }};
  return list;
}

std::string brief(const CommandEntry& command) {
  std::string text(command.summary.substr(0, command.summary.find(". ")));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::vector<Option> options_of(const CommandEntry& command) {
  const std::unique_ptr<Command> made = command.make();
  Parser parser(std::string(command.usage), {}, {});
  made->declare(parser);
  return parser.options();
}

std::vector<Option> global_options() {
  return Parser({}, {}, {}).options();
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace rustcam::cli
