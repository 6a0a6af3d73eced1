#include <windows.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "platform/file.h"
#include "platform/precise_timer.h"
#include "platform/support_win32.h"

namespace rustcam {

namespace {

bool is_full(DWORD code) {
  constexpr DWORD quota_exceeded = 1295;  // ERROR_DISK_QUOTA_EXCEEDED, which mingw's headers lack
  return code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL || code == quota_exceeded ||
         code == ERROR_FILE_TOO_LARGE;
}

bool is_reader_gone(DWORD code) {
  // The last is what File::interrupt() makes of a write that waits for a reader.
  return code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED ||
         code == ERROR_OPERATION_ABORTED;
}

[[noreturn]] void fail(const std::string& what, const std::string& path, DWORD code) {
  const std::string message =
      what + " " + (path.empty() ? "the file" : path) + ": " + win32::message_of(code);
  if (is_full(code))
    throw DiskFull(message + "; free some space or choose another folder", win32::code_text(code));
  if (is_reader_gone(code))
    throw PipeClosed("the reader of " + path + " has gone", win32::code_text(code));
  throw MediaError(message, win32::code_text(code));
}

HANDLE to_handle(std::intptr_t value) {
  return reinterpret_cast<HANDLE>(value);
}

/// A named pipe or a device, which is there already and is opened as it is.
bool is_device_path(const std::string& path) {
  return path.starts_with(R"(\\.\)") || path.starts_with("//./");
}

HANDLE open_file(const std::string& path, DWORD access, DWORD disposition) {
  // Others may look at a recording while it grows, but not write to it.
  return ::CreateFileW(win32::to_wide(path).c_str(), access, FILE_SHARE_READ, nullptr, disposition,
                       FILE_ATTRIBUTE_NORMAL, nullptr);
}

constexpr DWORD largest_transfer = 1U << 30;

DWORD transfer_size(std::size_t bytes) {
  return static_cast<DWORD>(std::min<std::size_t>(bytes, largest_transfer));
}

OVERLAPPED at_offset(std::int64_t offset) {
  OVERLAPPED position{};
  position.Offset = static_cast<DWORD>(offset & 0xffffffff);
  position.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return position;
}

/// Positional transfers move the place of sequential ones; that is put back.
class PlaceKept {
 public:
  explicit PlaceKept(HANDLE file) : file_(file) {
    ::SetFilePointerEx(file_, {}, &place_, FILE_CURRENT);
  }
  ~PlaceKept() { ::SetFilePointerEx(file_, place_, nullptr, FILE_BEGIN); }
  PlaceKept(const PlaceKept&) = delete;
  PlaceKept& operator=(const PlaceKept&) = delete;

 private:
  HANDLE file_;
  LARGE_INTEGER place_{};
};

std::wstring folder_of(const std::string& path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string::npos ? L"." : win32::to_wide(path.substr(0, slash + 1));
}

}  // namespace

File File::create(const std::string& path, bool overwrite) {
  HANDLE handle = INVALID_HANDLE_VALUE;
  if (is_device_path(path)) {
    handle = open_file(path, GENERIC_WRITE, OPEN_EXISTING);
  } else {
    handle = open_file(path, GENERIC_READ | GENERIC_WRITE, overwrite ? CREATE_ALWAYS : CREATE_NEW);
  }
  if (handle == INVALID_HANDLE_VALUE) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_FILE_EXISTS || code == ERROR_ALREADY_EXISTS)
      throw MediaError(path + " exists already; choose another name or add --force",
                       win32::code_text(code));
    fail("cannot create", path, code);
  }
  File file;
  file.handle_ = reinterpret_cast<std::intptr_t>(handle);
  file.owned_ = true;
  file.seekable_ = ::GetFileType(handle) == FILE_TYPE_DISK;
  file.path_ = path;
  if (!file.seekable_) file.blocking_ = std::make_unique<BlockingCall>();
  return file;
}

File File::standard_output() {
  File file;
  file.handle_ = reinterpret_cast<std::intptr_t>(::GetStdHandle(STD_OUTPUT_HANDLE));
  file.path_ = "standard output";
  file.blocking_ = std::make_unique<BlockingCall>();
  return file;
}

File::~File() {
  if (is_open() && owned_) ::CloseHandle(to_handle(handle_));
}

File::File(File&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)),
      owned_(other.owned_),
      seekable_(other.seekable_),
      path_(std::move(other.path_)),
      blocking_(std::move(other.blocking_)) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (is_open() && owned_) ::CloseHandle(to_handle(handle_));
    handle_ = std::exchange(other.handle_, -1);
    owned_ = other.owned_;
    seekable_ = other.seekable_;
    path_ = std::move(other.path_);
    blocking_ = std::move(other.blocking_);
  }
  return *this;
}

bool File::is_open() const noexcept {
  return handle_ != -1;
}

bool File::seekable() const noexcept {
  return seekable_;
}

int File::descriptor() const noexcept {
  return -1;
}

void File::write(std::span<const std::byte> bytes) {
  std::optional<BlockingCall::Scope> scope;
  if (blocking_) scope.emplace(*blocking_);
  while (!bytes.empty()) {
    if (blocking_ && blocking_->interrupted()) fail("cannot write", path_, ERROR_BROKEN_PIPE);
    DWORD done = 0;
    if (::WriteFile(to_handle(handle_), bytes.data(), transfer_size(bytes.size()), &done,
                    nullptr) == FALSE)
      fail("cannot write", path_, ::GetLastError());
    bytes = bytes.subspan(done);
  }
}

void File::write(std::span<const std::byte> bytes, const std::function<bool()>& give_up) {
  std::jthread watch;
  if (blocking_)
    watch = std::jthread([&](const std::stop_token& stop) {
      PreciseTimer timer;
      while (timer.sleep_until(now() + std::chrono::milliseconds(50), stop))
        if (give_up()) return interrupt();
    });
  write(bytes);
}

std::size_t File::write_available(std::span<const std::byte> bytes) {
  write(bytes);
  return bytes.size();
}

void File::interrupt() noexcept {
  if (blocking_) blocking_->interrupt();
}

void File::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  const PlaceKept kept(to_handle(handle_));
  while (!bytes.empty()) {
    OVERLAPPED position = at_offset(offset);
    DWORD done = 0;
    if (::WriteFile(to_handle(handle_), bytes.data(), transfer_size(bytes.size()), &done,
                    &position) == FALSE)
      fail("cannot write", path_, ::GetLastError());
    bytes = bytes.subspan(done);
    offset += done;
  }
}

std::size_t File::read_at(std::int64_t offset, std::span<std::byte> into) {
  const PlaceKept kept(to_handle(handle_));
  std::size_t got = 0;
  while (got < into.size()) {
    OVERLAPPED position = at_offset(offset + static_cast<std::int64_t>(got));
    DWORD done = 0;
    if (::ReadFile(to_handle(handle_), into.data() + got, transfer_size(into.size() - got), &done,
                   &position) == FALSE) {
      if (::GetLastError() == ERROR_HANDLE_EOF) break;
      fail("cannot read", path_, ::GetLastError());
    }
    if (done == 0) break;
    got += done;
  }
  return got;
}

std::int64_t File::size() const {
  LARGE_INTEGER size{};
  if (::GetFileSizeEx(to_handle(handle_), &size) == FALSE)
    fail("cannot look at", path_, ::GetLastError());
  return size.QuadPart;
}

void File::check_present() const {}

void File::truncate(std::int64_t size) {
  FILE_END_OF_FILE_INFO info{};
  info.EndOfFile.QuadPart = size;
  if (::SetFileInformationByHandle(to_handle(handle_), FileEndOfFileInfo, &info, sizeof info) ==
      FALSE)
    fail("cannot cut", path_, ::GetLastError());
}

bool File::reserve(std::int64_t offset, std::int64_t bytes) {
  if (!seekable_ || bytes <= 0) return false;
  FILE_ALLOCATION_INFO info{};
  info.AllocationSize.QuadPart = offset + bytes;
  if (offset + bytes <= size()) return true;  // a smaller allocation would cut the file
  if (::SetFileInformationByHandle(to_handle(handle_), FileAllocationInfo, &info, sizeof info) !=
      FALSE)
    return true;
  const DWORD code = ::GetLastError();
  if (is_full(code)) fail("cannot reserve space for", path_, code);
  return false;
}

void File::sync() {
  // On a pipe it would wait for the reader.
  if (seekable_ && ::FlushFileBuffers(to_handle(handle_)) == FALSE)
    fail("cannot sync", path_, ::GetLastError());
}

void File::close() {
  if (!is_open()) return;
  const HANDLE handle = to_handle(std::exchange(handle_, -1));
  if (owned_ && ::CloseHandle(handle) == FALSE) fail("cannot close", path_, ::GetLastError());
}

std::size_t File::enlarge_pipe(std::size_t) {
  return 0;  // a pipe's size is settled by whoever makes it
}

bool path_exists(const std::string& path) {
  return !is_device_path(path) &&
         ::GetFileAttributesW(win32::to_wide(path).c_str()) != INVALID_FILE_ATTRIBUTES;
}

bool is_fifo(const std::string&) {
  return false;
}

bool is_regular_file(const std::string& path) {
  const DWORD attributes = ::GetFileAttributesW(win32::to_wide(path).c_str());
  return !is_device_path(path) && attributes != INVALID_FILE_ATTRIBUTES &&
         (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) == 0;
}

void remove_file(const std::string& path) noexcept {
  ::DeleteFileW(win32::to_wide(path).c_str());
}

std::optional<std::int64_t> free_space(const std::string& path) {
  ULARGE_INTEGER available{};
  if (::GetDiskFreeSpaceExW(win32::to_wide(path).c_str(), &available, nullptr, nullptr) == FALSE &&
      ::GetDiskFreeSpaceExW(folder_of(path).c_str(), &available, nullptr, nullptr) == FALSE)
    return std::nullopt;
  return static_cast<std::int64_t>(available.QuadPart);
}

}  // namespace rustcam
