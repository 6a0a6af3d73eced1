// A client's buffer from the request to write into it until that is done.
#pragma once

#include <cstdint>
#include <optional>

#include "listener.h"
#include "protocols.h"
#include "shm_pixels.h"

namespace rustcam::test {

struct Desk;

/// What a buffer in shared memory is like.
struct BufferShape {
  Size size;
  std::int32_t stride = 0;
  std::uint32_t format = 0;
};
/// nullopt: it is not in shared memory.
std::optional<BufferShape> shape_of(wl_resource* buffer);

/// It is busy while this lives. A second use at the same time, and destroying it meanwhile, are
/// told as violations.
class BufferUse {
 public:
  BufferUse(Desk& desk, wl_resource* buffer);
  ~BufferUse();
  BufferUse(const BufferUse&) = delete;
  BufferUse& operator=(const BufferUse&) = delete;

  wl_resource* buffer() const noexcept { return buffer_; }  ///< null: destroyed meanwhile

  /// Calls `write` with the memory; a client that has taken it away is killed by libwayland.
  template <typename Write>
  void with_memory(Write write) const {
    wl_shm_buffer* shm = wl_shm_buffer_get(buffer_);
    const BufferShape shape = *shape_of(buffer_);
    wl_shm_buffer_begin_access(shm);
    write(ShmView{static_cast<std::uint8_t*>(wl_shm_buffer_get_data(shm)), shape.size, shape.stride,
                  shape.format});
    wl_shm_buffer_end_access(shm);
  }

 private:
  Desk& desk_;
  wl_resource* buffer_;
  Listener destroyed_;
};

}  // namespace rustcam::test
