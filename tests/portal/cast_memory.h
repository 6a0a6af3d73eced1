// Memory that another process can see.
#pragma once

#include <cstddef>

#include "image/image_view.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::test {

/// Written as a file: whoever cuts it off (see cast_lies.h) does not hurt us.
class CastMemory {
 public:
  /// `sealed`: nobody can change its size. Throws std::runtime_error.
  CastMemory(std::size_t bytes, bool sealed);

  int descriptor() const noexcept { return fd_.get(); }
  /// A bgra picture, rows `stride` bytes apart.
  void write(const ConstImageView& picture, std::ptrdiff_t stride) const;

 private:
  UniqueFd fd_;
};

}  // namespace rustcam::test
