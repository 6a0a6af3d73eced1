#include "buffer_use.h"

#include <optional>

#include "desk.h"

namespace rustcam::test {

std::optional<BufferShape> shape_of(wl_resource* buffer) {
  wl_shm_buffer* shm = wl_shm_buffer_get(buffer);
  if (shm == nullptr) return std::nullopt;
  return BufferShape{{wl_shm_buffer_get_width(shm), wl_shm_buffer_get_height(shm)},
                     wl_shm_buffer_get_stride(shm),
                     wl_shm_buffer_get_format(shm)};
}

BufferUse::BufferUse(Desk& desk, wl_resource* buffer) : desk_(desk), buffer_(buffer) {
  if (!desk_.busy_buffers.insert(buffer).second)
    desk_.violation("buffer_busy",
                    "a buffer is to be written while an earlier capture into it is pending");
  destroyed_.on_destroy(buffer, [this] {
    desk_.violation("buffer_destroyed_in_use",
                    "a buffer is destroyed while a capture into it is pending");
    desk_.busy_buffers.erase(buffer_);
    buffer_ = nullptr;
  });
}

BufferUse::~BufferUse() {
  if (buffer_ != nullptr) desk_.busy_buffers.erase(buffer_);
}

}  // namespace rustcam::test
