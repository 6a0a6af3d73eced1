// By which rules files are made and opened.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "platform/file.h"

using namespace rustcam;
namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 65533;

/// A folder with the rights of /tmp.
class SharedFolder {
 public:
  SharedFolder()
      : path_(fs::temp_directory_path() /
              ("rustcam-files-" + std::to_string(now().time_since_epoch().count()))) {
    fs::create_directory(path_);
    REQUIRE(::chmod(path_.c_str(), 01777) == 0);
  }
  ~SharedFolder() { fs::remove_all(path_); }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  std::string operator/(const char* name) const { return path_ / name; }
  void own(const char* name, uid_t owner) const {
    REQUIRE(::lchown((path_ / name).c_str(), owner, static_cast<gid_t>(-1)) == 0);
  }

 private:
  fs::path path_;
};

void put(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(File file, std::string_view text) {
  file.write(std::as_bytes(std::span(text)));
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

bool may_give_away() {
  if (::geteuid() == 0) return true;
  MESSAGE("only root can make what belongs to others: not tested here");
  return false;
}

}  // namespace

TEST_CASE("the user's umask decides who may read a new file") {
  const SharedFolder folder;
  const mode_t before = ::umask(0);
  for (const mode_t mask : {0U, 022U, 027U, 077U}) {
    CAPTURE(mask);
    ::umask(mask);
    const std::string path = folder / "a.mp4";
    File::create(path, false);
    CHECK(mode_of(path) == (0666 & ~mask));
    remove_file(path);
  }
  ::umask(before);
}

TEST_CASE("another user's link in a shared folder is not followed") {
  if (!may_give_away()) return;
  const SharedFolder folder;
  put(folder / "victim", "precious");
  for (const char* target : {"victim", "not there"}) {
    CAPTURE(std::string(target));
    fs::create_symlink(folder / target, folder / "link");
    folder.own("link", nobody);
    for (const bool overwrite : {false, true})
      CHECK_THROWS_WITH_AS(File::create(folder / "link", overwrite),
                           doctest::Contains("symbolic link of another user"), MediaError);
    CHECK_FALSE(fs::exists(folder / "not there"));
    fs::remove(folder / "link");
  }
  CHECK(text_of(folder / "victim") == "precious");
}

TEST_CASE("one's own link is followed, and in a folder of one's own every link") {
  const SharedFolder folder;
  fs::create_symlink(folder / "target", folder / "link");
  put(folder / "target", "");
  write(File::create(folder / "link", true), "mine");
  CHECK(text_of(folder / "target") == "mine");
  if (!may_give_away()) return;
  folder.own("link", nobody);
  REQUIRE(::chmod((folder / "").c_str(), 0755) == 0);
  write(File::create(folder / "link", true), "again");
  CHECK(text_of(folder / "target") == "again");
}

TEST_CASE("what another user has put into a shared folder is not written into") {
  if (!may_give_away()) return;
  const SharedFolder folder;
  folder.own("", somebody);
  put(folder / "file", "theirs");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0666) == 0);
  const int reader = ::open((folder / "fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (const char* name : {"file", "fifo"}) {
    CAPTURE(std::string(name));
    folder.own(name, nobody);
    CHECK_THROWS_WITH_AS(File::create(folder / name, true),
                         doctest::Contains("belongs to another user"), MediaError);
    // The folder's owner could do anything here anyway.
    folder.own(name, somebody);
    CHECK_NOTHROW(File::create(folder / name, true));
  }
  ::close(reader);
}

TEST_CASE("a FIFO that nobody reads is told at once, and opened when somebody does") {
  const SharedFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(is_fifo(path));
  CHECK_FALSE(is_fifo(folder / "nothing"));
  CHECK_FALSE(is_fifo("/dev/null"));
  CHECK_THROWS_AS(File::create(path, false), NoReader);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  File file = File::create(path, false);
  CHECK_FALSE(file.seekable());
  ::close(reader);
  CHECK_THROWS_AS(write(std::move(file), "x"), PipeClosed);
}
