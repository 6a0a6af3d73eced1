// The memory of a screen cast's buffer.
#pragma once

#include <spa/buffer/buffer.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "capture/portal/metadata.h"

namespace rustcam::portal {

/// Shared with the program that writes it, and readable for as long as this object: also when that
/// program has taken the buffer back.
class BufferMemory {
 public:
  /// Maps the first plane of `buffer`. Nothing is mapped if that cannot be: bytes() is empty then.
  BufferMemory(const spa_buffer& buffer, bool dmabuf);
  ~BufferMemory();
  BufferMemory(const BufferMemory&) = delete;
  BufferMemory& operator=(const BufferMemory&) = delete;

  std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
  /// Around reading: of a dmabuf, what a GPU has written has to become visible first.
  void begin_reading() const noexcept { synchronize(true); }
  void end_reading() const noexcept { synchronize(false); }

 private:
  void synchronize(bool begin) const noexcept;

  void* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::span<const std::uint8_t> bytes_;
  int dmabuf_ = -1;  ///< our own copy of the descriptor
};

/// What `buffer` says of itself. `memory`: of its first plane.
BufferFacts facts_of(const spa_buffer& buffer, std::span<const std::uint8_t> memory);

}  // namespace rustcam::portal
