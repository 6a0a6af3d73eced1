#include "cast_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace rustcam::test {

CastMemory::CastMemory(std::size_t bytes, bool sealed)
    : fd_(memfd_create("portal-stand-in", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!fd_.valid() || ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0 ||
      (sealed && fcntl(fd_.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0))
    throw std::runtime_error("no memory for a picture");
}

void CastMemory::write(const ConstImageView& picture, std::ptrdiff_t stride) const {
  const auto row = static_cast<std::size_t>(picture.width()) * 4;
  for (std::int32_t y = 0; y < picture.height(); ++y)
    if (pwrite(fd_.get(), picture.row(y), row, y * stride) != static_cast<ssize_t>(row))
      throw std::runtime_error("a picture's memory cannot be written");
}

}  // namespace rustcam::test
