// Memory that the compositor writes pictures into, or shows them from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/geometry.h"
#include "capture/wayland/connection.h"
#include "platform/sealed_memory_posix.h"

namespace rustcam::wayland {

/// How a buffer's bytes are arranged.
struct BufferLayout {
  std::uint32_t format = 0;  ///< of wl_shm
  Size size;
  std::int32_t stride = 0;
  friend bool operator==(const BufferLayout&, const BufferLayout&) = default;
};

/// Belongs to the connection's thread and must end before the connection.
class ShmBuffer {
 public:
  /// Throws DuplicationError if the compositor has no wl_shm, CaptureError if there is no memory
  /// or the sizes do not make sense (sides of 1..65535, at most 2^31 - 1 bytes).
  ShmBuffer(Connection& connection, const BufferLayout& layout);
  ShmBuffer(const ShmBuffer&) = delete;
  ShmBuffer& operator=(const ShmBuffer&) = delete;

  wl_buffer* get() const noexcept { return buffer_.get(); }
  const BufferLayout& layout() const noexcept { return layout_; }
  std::uint8_t* data() const noexcept { return memory_.memory.get(); }

 private:
  BufferLayout layout_;
  SealedMemory memory_;
  Proxy<wl_buffer> buffer_;
};

}  // namespace rustcam::wayland
