#include "platform/sealed_memory_posix.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace rustcam {

std::optional<SealedMemory> SealedMemory::make(const char* name, std::size_t bytes) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid() || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return std::nullopt;
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return std::nullopt;
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return std::nullopt;
  std::shared_ptr<std::uint8_t> memory(static_cast<std::uint8_t*>(data),
                                       [bytes](std::uint8_t* p) { munmap(p, bytes); });
  return SealedMemory{std::move(fd), std::move(memory), bytes};
}

void populate(std::uint8_t* memory, std::size_t bytes) noexcept {
  // Kernels before 5.14 do not know it, and give the memory at the first touch.
  madvise(memory, bytes, MADV_POPULATE_WRITE);
}

}  // namespace rustcam
