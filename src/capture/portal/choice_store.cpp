#include "capture/portal/choice_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::portal {
namespace {

using Json = nlohmann::json;

/// No token of any portal comes near it.
constexpr std::size_t longest_file = 65536;

std::string file_of(const std::string& folder, TargetKind kind) {
  return folder + (kind == TargetKind::window ? "/portal-window.json" : "/portal-output.json");
}

Error failed(const std::string& what, const std::string& path) {
  const std::error_code code(errno, std::generic_category());
  return Error("cannot " + what + " " + path + ": " + code.message() +
                   "; the choice is not remembered: see that the folder can be written",
               errno_name(errno));
}

void write_all(const UniqueFd& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failed("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(file.get()) != 0) throw failed("write", path);
}

std::optional<std::int32_t> whole_number(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  if (value < INT32_MIN || value > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

}  // namespace

std::optional<std::string> state_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/rustcam-cli";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.local/state/rustcam-cli";
  return std::nullopt;
}

std::optional<Choice> remembered_choice(TargetKind kind) {
  const auto folder = state_folder();
  if (!folder) return std::nullopt;
  std::ifstream file(file_of(*folder, kind), std::ios::binary);
  std::string text(longest_file, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto token = json.find("restore_token");
  if (token == json.end() || !token->is_string()) return std::nullopt;
  Choice choice;
  choice.restore_token = token->get<std::string>();
  if (choice.restore_token.empty()) return std::nullopt;
  const auto width = whole_number(json, "width");
  const auto height = whole_number(json, "height");
  if (width && height && *width > 0 && *height > 0) choice.size = Size{*width, *height};
  const auto x = whole_number(json, "x");
  const auto y = whole_number(json, "y");
  if (x && y) choice.position = Point{*x, *y};
  return choice;
}

void remember_choice(TargetKind kind, const Choice& choice) {
  const auto folder = state_folder();
  if (!folder)
    throw Error(
        "neither XDG_STATE_HOME nor HOME names a folder; the choice made in the desktop's dialogue "
        "is not remembered");
  std::error_code ignored;  // what cannot be made, the file will tell
  std::filesystem::create_directories(std::filesystem::path(*folder).parent_path(), ignored);
  if (mkdir(folder->c_str(), S_IRWXU) != 0 && errno != EEXIST) throw failed("make", *folder);

  Json json{{"restore_token", choice.restore_token}};
  if (choice.size) {
    json["width"] = choice.size->width;
    json["height"] = choice.size->height;
  }
  if (choice.position) {
    json["x"] = choice.position->x;
    json["y"] = choice.position->y;
  }
  const std::string path = file_of(*folder, kind);
  const std::string beside = path + "." + std::to_string(getpid());
  UniqueFd file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                     S_IRUSR | S_IWUSR));
  if (!file.valid()) throw failed("write", beside);
  try {
    write_all(file, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", beside);
    if (rename(beside.c_str(), path.c_str()) != 0) throw failed("write", path);
  } catch (const Error&) {
    unlink(beside.c_str());
    throw;
  }
}

}  // namespace rustcam::portal
