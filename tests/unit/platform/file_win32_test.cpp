// Files and named pipes as Windows has them.
#include <doctest/doctest.h>
#include <windows.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "platform/file.h"
#include "platform/support_win32.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

/// A folder of its own, whose name is not ASCII; removed at the end with its files.
class Folder {
 public:
  Folder() {
    std::array<wchar_t, MAX_PATH + 1> temporary{};
    REQUIRE(::GetTempPathW(static_cast<DWORD>(temporary.size()), temporary.data()) > 0);
    path_ = win32::to_utf8(temporary.data()) + "rustcam \xC3\xBC\xE2\x82\xAC " +
            std::to_string(now().time_since_epoch().count());
    REQUIRE(::CreateDirectoryW(win32::to_wide(path_).c_str(), nullptr) != FALSE);
  }
  ~Folder() {
    WIN32_FIND_DATAW found{};
    const HANDLE search = ::FindFirstFileW(win32::to_wide(path_ + "\\*").c_str(), &found);
    for (BOOL more = search != INVALID_HANDLE_VALUE; more != FALSE;
         more = ::FindNextFileW(search, &found))
      remove_file(path_ + "\\" + win32::to_utf8(found.cFileName));
    ::FindClose(search);
    ::RemoveDirectoryW(win32::to_wide(path_).c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return (path_ + "\\").append(name); }

 private:
  std::string path_;
};

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_at(File& file, std::int64_t offset, std::size_t most) {
  std::string text(most, '?');
  text.resize(file.read_at(offset, std::as_writable_bytes(std::span(text.data(), text.size()))));
  return text;
}

win32::Handle open(const std::string& path, DWORD access) {
  return win32::Handle(::CreateFileW(win32::to_wide(path).c_str(), access,
                                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                     nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
}

/// A named pipe that holds 4 KiB, and the end that reads it.
struct Pipe {
  std::string path =
      R"(\\.\pipe\rustcam-file-test-)" + std::to_string(now().time_since_epoch().count());
  win32::Handle reader{::CreateNamedPipeW(win32::to_wide(path).c_str(), PIPE_ACCESS_INBOUND,
                                          PIPE_TYPE_BYTE | PIPE_WAIT, 1, 4096, 4096, 0, nullptr)};
};

}  // namespace

TEST_CASE("an existing file is only overwritten if that was asked for") {
  const Folder folder;
  const std::string path = folder / "Bild \xC3\xA4.mp4";
  CHECK_FALSE(path_exists(path));
  File::create(path, false).write(bytes_of("precious"));
  CHECK(path_exists(path));
  CHECK(is_regular_file(path));
  CHECK_FALSE(is_fifo(path));
  try {
    File::create(path, false);
    FAIL("it was overwritten");
  } catch (const MediaError& error) {
    CHECK(std::string(error.what()).find(path + " exists already") == 0);
    CHECK(error.native_code() == "0x80070050");
  }
  File file = File::create(path, true);
  CHECK(file.size() == 0);
  file.close();
  CHECK_FALSE(file.is_open());
  remove_file(path);
  CHECK_FALSE(path_exists(path));
}

TEST_CASE("what cannot be made says which file, and why") {
  const Folder folder;
  const std::string path = folder / "nowhere\\a.mp4";
  try {
    File::create(path, true);
    FAIL("it was made");
  } catch (const MediaError& error) {
    CHECK(std::string(error.what()).find("cannot create " + path + ": ") == 0);
    CHECK(error.native_code() == "0x80070003");
  }
  CHECK_FALSE(is_regular_file(folder / "."));
}

TEST_CASE("positional transfers leave the place of sequential ones alone") {
  const Folder folder;
  File file = File::create(folder / "a.mp4", false);
  CHECK(file.seekable());
  file.write(bytes_of("0123456789"));
  file.write_at(2, bytes_of("ab"));
  CHECK(text_at(file, 1, 4) == "1ab4");
  file.write(bytes_of("end"));
  CHECK(text_at(file, 0, 100) == "01ab456789end");
  CHECK(text_at(file, 500, 10).empty());
  CHECK(file.size() == 13);
  file.sync();
  file.check_present();
}

TEST_CASE("offsets have 64 bits") {
  const Folder folder;
  File file = File::create(folder / "large.mp4", false);
  constexpr std::int64_t offset = (std::int64_t{5} << 30) + 7;
  file.write_at(offset, bytes_of("here"));
  CHECK(file.size() == offset + 4);
  CHECK(text_at(file, offset, 4) == "here");
  CHECK(text_at(file, 7, 4) == std::string(4, '\0'));
  file.truncate(offset + 1);
  CHECK(file.size() == offset + 1);
}

TEST_CASE("space set aside is no part of the file") {
  const Folder folder;
  File file = File::create(folder / "a.mp4", false);
  file.write(bytes_of("data"));
  file.reserve(4, 1 << 20);
  CHECK(file.size() == 4);
  CHECK(text_at(file, 0, 10) == "data");
  file.truncate(3);
  CHECK(file.size() == 3);
  CHECK(free_space(folder / "a.mp4").value_or(0) > 0);
  CHECK(free_space(folder / "not-yet.mp4").value_or(0) > 0);
}

TEST_CASE("others may look at a recording that grows, and nothing else") {
  const Folder folder;
  const std::string path = folder / "a.mp4";
  File file = File::create(path, false);
  file.write(bytes_of("data"));
  CHECK(bool(open(path, GENERIC_READ)));
  CHECK_FALSE(bool(open(path, GENERIC_WRITE)));
  CHECK_FALSE(bool(open(path, DELETE)));
  remove_file(path);
  CHECK(path_exists(path));
  File moved = std::move(file);
  CHECK_FALSE(file.is_open());  // NOLINT(bugprone-use-after-move): what a moved-from file says
  moved = File();
  remove_file(path);
  CHECK_FALSE(path_exists(path));
}

TEST_CASE("a named pipe is written as it is, until its reader goes") {
  Pipe pipe;
  REQUIRE(bool(pipe.reader));
  CHECK_FALSE(path_exists(pipe.path));  // so that no --force is asked for
  CHECK_FALSE(is_regular_file(pipe.path));
  File file = File::create(pipe.path, false);
  CHECK_FALSE(file.seekable());
  file.write(bytes_of("hello"));
  std::array<char, 16> got{};
  DWORD count = 0;
  REQUIRE(::ReadFile(pipe.reader.get(), got.data(), static_cast<DWORD>(got.size()), &count,
                     nullptr) != FALSE);
  CHECK(std::string_view(got.data(), count) == "hello");
  file.sync();  // waits for nobody
  pipe.reader.reset();
  CHECK_THROWS_AS(file.write(bytes_of("more")), PipeClosed);
}

TEST_CASE("a write that waits for a reader can be interrupted") {
  Pipe pipe;
  REQUIRE(bool(pipe.reader));
  File file = File::create(pipe.path, false);
  std::jthread other([&] {
    std::this_thread::sleep_for(300ms);
    file.interrupt();
  });
  const std::string much(1 << 20, 'x');
  const TimePoint begun = now();
  CHECK_THROWS_AS(file.write(bytes_of(much)), PipeClosed);
  CHECK(now() - begun >= 250ms);
  CHECK_THROWS_AS(file.write(bytes_of("more")), PipeClosed);
}
