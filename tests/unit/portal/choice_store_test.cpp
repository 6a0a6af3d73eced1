#include "capture/portal/choice_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>

#include "base/error.h"
#include "portal_bed.h"

namespace rustcam::portal {
namespace {

using test::ScratchFolder;
using test::WithVariable;

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

int entries_of(const std::string& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<int>(std::distance(begin(entries), end(entries)));
}

TEST_CASE("a choice comes back as it was made, one for each kind of target") {
  const ScratchFolder scratch;
  const WithVariable state("XDG_STATE_HOME", (scratch.path() + "/deep/state").c_str());
  CHECK_FALSE(remembered_choice(TargetKind::output));
  remember_choice(TargetKind::output, {"first", Size{1920, 1080}, Point{-1920, 0}});
  remember_choice(TargetKind::window, {"second", std::nullopt, std::nullopt});
  const auto output = remembered_choice(TargetKind::output);
  REQUIRE(output);
  CHECK(output->restore_token == "first");
  CHECK(output->size == Size{1920, 1080});
  CHECK(output->position == Point{-1920, 0});
  const auto window = remembered_choice(TargetKind::window);
  REQUIRE(window);
  CHECK(window->restore_token == "second");
  CHECK_FALSE(window->size);
  CHECK_FALSE(window->position);
}

TEST_CASE("a new choice replaces the old one, and leaves no other file behind") {
  const ScratchFolder scratch;
  const WithVariable state("XDG_STATE_HOME", scratch.path().c_str());
  remember_choice(TargetKind::output, {"a token that is longer than the next", {}, {}});
  const std::string path = scratch.path() + "/rustcam-cli/portal-output.json";
  std::ifstream reader(path);  // whoever reads meanwhile has the old file, whole
  remember_choice(TargetKind::output, {"next", {}, {}});
  CHECK(remembered_choice(TargetKind::output)->restore_token == "next");
  const std::string old((std::istreambuf_iterator<char>(reader)), {});
  CHECK(old.find("a token that is longer than the next") != std::string::npos);
  CHECK(entries_of(scratch.path() + "/rustcam-cli") == 1);
}

TEST_CASE("only the user may read a choice, whatever was there before and whatever the umask") {
  const ScratchFolder scratch;
  const WithVariable state("XDG_STATE_HOME", scratch.path().c_str());
  const std::string folder = scratch.path() + "/rustcam-cli";
  const std::string path = folder + "/portal-output.json";
  const mode_t before = umask(0);
  remember_choice(TargetKind::output, {"first", {}, {}});
  CHECK(mode_of(folder) == 0700);
  CHECK(mode_of(path) == 0600);
  chmod(path.c_str(), 0644);
  remember_choice(TargetKind::output, {"second", {}, {}});
  umask(before);
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("a file that makes no sense is as good as none") {
  const ScratchFolder scratch;
  const WithVariable state("XDG_STATE_HOME", scratch.path().c_str());
  remember_choice(TargetKind::output, {"first", {}, {}});
  const std::string path = scratch.path() + "/rustcam-cli/portal-output.json";
  for (const char* text : {"", "{", "[]", "7", "{}", R"({"restore_token":7})",
                           R"({"restore_token":""})", R"({"restore_token":"cut of)"}) {
    CAPTURE(text);
    put(path, text);
    CHECK_FALSE(remembered_choice(TargetKind::output));
  }
  // What is beside the token may be wrong: it is left out.
  for (const char* text : {R"({"restore_token":"t","width":-1,"height":5})",
                           R"({"restore_token":"t","width":18446744073709551615,"height":5})",
                           R"({"restore_token":"t","width":"w","x":99999999999,"y":0})"}) {
    CAPTURE(text);
    put(path, text);
    const auto choice = remembered_choice(TargetKind::output);
    REQUIRE(choice);
    CHECK_FALSE(choice->size);
    CHECK_FALSE(choice->position);
  }
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK_FALSE(remembered_choice(TargetKind::output));
}

TEST_CASE("what cannot be remembered is said, with the file, and the old choice stays") {
  const ScratchFolder scratch;
  const WithVariable state("XDG_STATE_HOME", scratch.path().c_str());
  const std::string folder = scratch.path() + "/rustcam-cli";
  put(folder, "a file where the folder should be");
  CHECK_THROWS_WITH_AS(remember_choice(TargetKind::output, {"t", {}, {}}),
                       doctest::Contains(folder.c_str()), Error);
  std::filesystem::remove(folder);
  std::filesystem::create_directories(folder + "/portal-output.json");
  CHECK_THROWS_WITH_AS(remember_choice(TargetKind::output, {"t", {}, {}}),
                       doctest::Contains("portal-output.json"), Error);
  CHECK(entries_of(folder) == 1);
}

TEST_CASE("the folder is the user's state folder, by full paths only") {
  const WithVariable home("HOME", "/home/someone");
  {
    const WithVariable state("XDG_STATE_HOME", "/states");
    CHECK(state_folder() == "/states/rustcam-cli");
  }
  {
    const WithVariable state("XDG_STATE_HOME", "states");
    CHECK(state_folder() == "/home/someone/.local/state/rustcam-cli");
  }
  const WithVariable state("XDG_STATE_HOME", nullptr);
  CHECK(state_folder() == "/home/someone/.local/state/rustcam-cli");
  const WithVariable no_home("HOME", nullptr);
  CHECK_FALSE(state_folder());
  CHECK_FALSE(remembered_choice(TargetKind::output));
  CHECK_THROWS_AS(remember_choice(TargetKind::output, {"t", {}, {}}), Error);
}

}  // namespace
}  // namespace rustcam::portal
