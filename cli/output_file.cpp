#include "cli/output_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/path_text.h"
#include "base/time.h"
#include "platform/console.h"
#include "platform/file.h"
#include "platform/precise_timer.h"
#include "platform/signals.h"
#include "platform/wall_clock.h"

namespace rustcam::cli {

namespace {

namespace fs = std::filesystem;

constexpr auto asked_every = std::chrono::milliseconds(50);

fs::path to_path(const std::string& utf8) {
  return fs::path(std::u8string(utf8.begin(), utf8.end()));
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// File::create() that waits for the reader of a FIFO.
File create_with_reader(const std::string& path, bool force, const GiveUp& give_up) {
  PreciseTimer timer;
  for (;;) {
    try {
      return File::create(path, force);
    } catch (const NoReader&) {
      if (give_up()) throw;
    }
    timer.sleep_until(now() + asked_every);
  }
}

}  // namespace

void check_output_file(const std::string& path, bool force) {
  if (path == "-") return;
  if (path.empty()) throw UsageError("an empty file name: give one, or - for standard output");
  std::error_code ignored;
  if (fs::is_directory(to_path(path), ignored))
    throw Error("cannot write " + path + ": it is a folder; give a file's name in it");
  if (path_exists(path)) {
    if (!force && is_regular_file(path))
      throw Error(path + " exists already: take another name, or --force to overwrite it",
                  "EEXIST");
    return;
  }
  const fs::path folder = to_path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    throw Error("cannot write " + path + ": there is no folder " + folder.string() +
                    "; make it first, or give another path",
                "ENOENT");
  // Only making the file shows that it can be made: permission, a read-only disk, a name too long.
  File::create(path, false).close();
  remove_file(path);
}

std::string default_file_name(std::string_view ending) {
  return "rustcam-" + local_stamp() + std::string(ending);
}

ClaimedFile::ClaimedFile(const std::string& wanted) {
  std::string path = wanted;
  for (int n = 2;; ++n) {
    try {
      File::create(path, false).close();
      break;
    } catch (const MediaError&) {
      if (!path_exists(path)) throw;
    }
    path = insert_before_ending(wanted, std::to_string(n));
  }
  path_ = std::move(path);
}

ClaimedFile::~ClaimedFile() {
  if (path_.empty()) return;
  std::error_code unknown;
  if (fs::file_size(to_path(path_), unknown) == 0 && !unknown) remove_file(path_);
}

void refuse_terminal(const std::string& what) {
  if (stdout_is_terminal())
    throw UsageError(what +
                     " would go to the terminal: pipe it into a program, or give a file's name");
}

void refuse_file_as_output(const std::string& command, const std::string& output) {
  static constexpr std::array<std::string_view, 20> endings{
      ".mp4", ".mkv", ".webm", ".mov", ".gif", ".avi",  ".nut", ".ts",  ".y4m", ".raw",
      ".m4v", ".mpg", ".png",  ".jpg", ".bmp", ".jpeg", ".qoi", ".ppm", ".yuv", ".webp"};
  const std::string ending = "." + ending_of(output);
  if (std::find(endings.begin(), endings.end(), ending) != endings.end())
    throw UsageError("-o names the screen's output, and '" + output +
                     "' looks like a file; did you mean FILE? rustcam-cli " + command + " " +
                     output);
}

GiveUp unless_read(const EndSignals& signals) {
  using namespace std::chrono_literals;
  const int before = signals.count();
  const TimePoint until = now() + (before > 1 ? 500ms : 5s);
  return [&signals, before, until] {
    return signals.count() > before || (before > 0 && now() >= until);
  };
}

void write_stdout(std::string_view text, const GiveUp& give_up) {
  File::standard_output().write(as_bytes(text), give_up);
}

void print(std::string_view text) {
  const EndSignals signals;
  write_stdout(text, unless_read(signals));
}

void write_file(const std::string& path, std::string_view bytes, bool force,
                const GiveUp& give_up) {
  if (path == "-") return write_stdout(bytes, give_up);
  File file = create_with_reader(path, force, give_up);
  try {
    file.write(as_bytes(bytes), give_up);
    file.close();
  } catch (...) {
    file = File();
    if (is_regular_file(path)) remove_file(path);
    throw;
  }
}

std::string as_file_name(std::string_view name) {
  // Windows names outputs \\.\DISPLAY1.
  if (name.starts_with("\\\\.\\")) name.remove_prefix(4);
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte >= 0x80 || std::isalnum(byte) != 0 || c == '.' || c == '_' || c == '@' ? c : '-';
  }
  return out;
}

}  // namespace rustcam::cli
