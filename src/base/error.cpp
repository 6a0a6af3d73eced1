#include "base/error.h"

#include <array>
#include <cerrno>
#include <utility>

namespace rustcam {

std::string errno_name(int code) {
  static constexpr std::array<std::pair<int, const char*>, 22> names{{
      {EACCES, "EACCES"},   {EAGAIN, "EAGAIN"},
      {EBADF, "EBADF"},     {EBUSY, "EBUSY"},
      {EEXIST, "EEXIST"},   {EFBIG, "EFBIG"},
      {EINTR, "EINTR"},     {EINVAL, "EINVAL"},
      {EIO, "EIO"},         {EISDIR, "EISDIR"},
      {ELOOP, "ELOOP"},     {EMFILE, "EMFILE"},
      {ENODEV, "ENODEV"},   {ENOENT, "ENOENT"},
      {ENOMEM, "ENOMEM"},   {ENOSPC, "ENOSPC"},
      {ENOTDIR, "ENOTDIR"}, {ENXIO, "ENXIO"},
      {EPERM, "EPERM"},     {EPIPE, "EPIPE"},
      {EROFS, "EROFS"},     {ENAMETOOLONG, "ENAMETOOLONG"},
  }};
  for (const auto& [value, name] : names)
    if (value == code) return name;
  return "errno " + std::to_string(code);
}

}  // namespace rustcam
