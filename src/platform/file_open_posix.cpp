#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "base/error.h"
#include "platform/file_posix.h"

namespace rustcam {
namespace {

std::string reason(int code) {
  return std::strerror(code);  // NOLINT(concurrency-mt-unsafe)
}

/// The owner of the folder where it is one like /tmp, where others may lay something in our way.
std::optional<uid_t> owner_of_shared_folder(const std::string& path) {
  struct stat folder {};
  if (stat(folder_of(path).c_str(), &folder) != 0 || (folder.st_mode & S_ISVTX) == 0 ||
      (folder.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return std::nullopt;
  return folder.st_uid;
}

/// A picture of the screen must not end in what another user has prepared for it.
void refuse_traps(const std::string& path, const struct stat& found, uid_t folder_owner) {
  if (found.st_uid == geteuid()) return;
  if (S_ISLNK(found.st_mode))
    throw MediaError(
        path + " is a symbolic link of another user in a shared folder; it is not followed",
        "ELOOP");
  if ((S_ISREG(found.st_mode) || S_ISFIFO(found.st_mode)) && found.st_uid != folder_owner)
    throw MediaError(path + " belongs to another user in a shared folder; choose another name",
                     "EACCES");
}

int open_retrying(const std::string& path, int flags) {
  constexpr mode_t umask_decides = 0666;
  int fd = -1;
  do fd = open(path.c_str(), flags | O_CLOEXEC, umask_decides);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/// A blocking open would wait for a reader where no signal counts; so it is only tried. Nor do
/// writes to it block, but wait where they can be called off: nobody shares this opening.
int open_fifo(const std::string& path, int no_follow) {
  const int fd = open_retrying(path, O_WRONLY | O_NONBLOCK | no_follow);
  if (fd < 0 && errno == ENXIO) throw NoReader("nobody reads " + path, errno_name(ENXIO));
  return fd;
}

int open_existing(const std::string& path, bool overwrite) {
  struct stat link {};
  if (lstat(path.c_str(), &link) != 0) file_failure("cannot look at", path, errno);
  const auto shared = owner_of_shared_folder(path);
  if (shared) refuse_traps(path, link, *shared);
  const int no_follow = shared && !S_ISLNK(link.st_mode) ? O_NOFOLLOW : 0;

  struct stat target {};
  const bool exists = stat(path.c_str(), &target) == 0;
  if (exists && S_ISFIFO(target.st_mode)) return open_fifo(path, no_follow);
  if (exists && (S_ISCHR(target.st_mode) || S_ISBLK(target.st_mode)))
    return open_retrying(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | no_follow);
  if (!overwrite)
    throw MediaError(path + " exists already; choose another name or add --force", "EEXIST");
  const int fd = open_retrying(path, O_RDWR | O_CREAT | no_follow);
  if (fd < 0) return fd;
  struct stat opened {};
  if (fstat(fd, &opened) == 0 && S_ISREG(opened.st_mode) && ftruncate(fd, 0) != 0) {
    const int code = errno;
    ::close(fd);
    errno = code;
    return -1;
  }
  return fd;
}

}  // namespace

void file_failure(const std::string& what, const std::string& path, int code) {
  const std::string message = what + " " + (path.empty() ? "the file" : path) + ": " + reason(code);
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    throw DiskFull(message + "; free some space or choose another folder", errno_name(code));
  if (code == EPIPE) throw PipeClosed("the reader of " + path + " has gone", errno_name(code));
  throw MediaError(message, errno_name(code));
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int open_for_writing(const std::string& path, bool overwrite) {
  int fd = open_retrying(path, O_RDWR | O_CREAT | O_EXCL);
  if (fd < 0 && errno == EEXIST) fd = open_existing(path, overwrite);
  if (fd >= 0) return fd;
  if (errno == ENOSPC || errno == EDQUOT) file_failure("cannot create", path, errno);
  throw MediaError("cannot create " + path + ": " + reason(errno) + "; choose another place",
                   errno_name(errno));
}

}  // namespace rustcam
