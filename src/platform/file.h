// Files and pipes as bytes, with the guarantees that recordings need. Paths are UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "platform/blocking_call.h"

namespace rustcam {

/// Owns one open file, pipe or device. Errors are thrown as MediaError (DiskFull for ENOSPC, EDQUOT
/// and EFBIG; PipeClosed for EPIPE) with the path and the system's reason.
class File {
 public:
  File() = default;
  /// Creates `path` for reading and writing with the user's umask. Without `overwrite` an existing
  /// path is an error, checked and made in one step; a FIFO or device is opened as it is, and a
  /// FIFO that nobody reads throws NoReader at once. In a sticky shared folder another user's
  /// symbolic link is not followed, and another user's file or FIFO (unless it is the folder
  /// owner's) not written into.
  static File create(const std::string& path, bool overwrite);
  /// Standard output, in binary mode; not closed at the end.
  static File standard_output();
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const noexcept;
  bool seekable() const noexcept;
  /// Writes all of `bytes`, blocking as long as the reader does.
  void write(std::span<const std::byte> bytes);
  /// The same, but throws PipeClosed once a reader takes nothing and `give_up()` is true; it is
  /// asked 20 times a second while the reader is waited for.
  void write(std::span<const std::byte> bytes, const std::function<bool()>& give_up);
  /// Writes what a reader takes at once, and returns how many bytes that were; a regular file
  /// takes all. (Windows, which cannot tell: waits for the reader, and returns all.)
  std::size_t write_available(std::span<const std::byte> bytes);
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);
  std::size_t read_at(std::int64_t offset, std::span<std::byte> into);
  std::int64_t size() const;
  /// Throws MediaError if a regular file has been removed: what is written to it then is lost.
  /// (Windows lets nobody remove a file that is open.)
  void check_present() const;
  void truncate(std::int64_t size);
  /// Sets disk space aside for [offset, offset + bytes) without changing the file's size;
  /// truncate() gives it back. False if the file system knows no such thing. Throws DiskFull.
  bool reserve(std::int64_t offset, std::int64_t bytes);
  /// The data is on the disk when it returns (fdatasync, FlushFileBuffers); no effect on pipes.
  void sync();
  void close();
  /// Asks for a larger pipe buffer if this is a pipe; the size got, 0 for none.
  std::size_t enlarge_pipe(std::size_t bytes);
  int descriptor() const noexcept;  ///< -1 on Windows, where a file is a handle
  /// Any thread, while the file is open: a write that waits for the reader of a pipe, and every
  /// later one, throws PipeClosed. No effect on regular files.
  void interrupt() noexcept;

 private:
  std::intptr_t handle_ = -1;
  bool owned_ = false;
  bool seekable_ = false;
  std::string path_;
  std::unique_ptr<BlockingCall> blocking_;  ///< null for regular files
};

bool path_exists(const std::string& path);
/// False on Windows, whose named pipes are opened like files.
bool is_fifo(const std::string& path);
/// True for a regular file (not a FIFO, device or folder).
bool is_regular_file(const std::string& path);
void remove_file(const std::string& path) noexcept;
/// Bytes that an ordinary user may still write where `path` lies; nullopt where unknown.
std::optional<std::int64_t> free_space(const std::string& path);

}  // namespace rustcam
