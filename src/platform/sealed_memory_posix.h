// Memory that another process may write into, but not take away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "platform/unique_fd_posix.h"

namespace rustcam {

/// A memory file, sealed against any change of its size: whoever else holds it could make it
/// smaller, and our next look at it would be the last.
struct SealedMemory {
  UniqueFd fd;
  std::shared_ptr<std::uint8_t> memory;  ///< mapped as long as it is held; zeros at first
  std::size_t bytes = 0;

  /// nullopt if the system has none to give. `name` is for people who look at the process.
  static std::optional<SealedMemory> make(const char* name, std::size_t bytes);
};

/// Takes the pages of mapped memory from the system now, all at once, if that is possible: page by
/// page, when they are touched first, it takes longer than a frame lasts.
void populate(std::uint8_t* memory, std::size_t bytes) noexcept;

}  // namespace rustcam
