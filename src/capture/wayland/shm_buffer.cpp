#include "capture/wayland/shm_buffer.h"

#include <cerrno>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"

namespace rustcam::wayland {
namespace {

constexpr std::int32_t longest_side = 65535;

SealedMemory make_memory(const BufferLayout& layout) {
  const Size size = layout.size;
  const std::int64_t bytes = std::int64_t{layout.stride} * size.height;
  // The protocol counts in 32 bits.
  if (size.width < 1 || size.height < 1 || size.width > longest_side ||
      size.height > longest_side || layout.stride < size.width ||
      bytes > std::numeric_limits<std::int32_t>::max())
    throw CaptureError("the compositor asks for a picture of " + to_string(size) +
                       " with rows of " + std::to_string(layout.stride) +
                       " bytes, which makes no sense");
  auto memory = SealedMemory::make("rustcam-screen", static_cast<std::size_t>(bytes));
  if (!memory)
    throw CaptureError("no memory for a picture of " + to_string(size) + ": " + errno_name(errno),
                       errno_name(errno));
  populate(memory->memory.get(), memory->bytes);
  return *std::move(memory);
}

}  // namespace

ShmBuffer::ShmBuffer(Connection& connection, const BufferLayout& layout)
    : layout_(layout), memory_(make_memory(layout)) {
  const auto shm = connection.bind<wl_shm>(wl_shm_interface);
  if (!shm) throw DuplicationError("the compositor shares no memory (it has no wl_shm)");
  const Proxy<wl_shm_pool> pool(
      wl_shm_create_pool(shm.get(), memory_.fd.get(), static_cast<std::int32_t>(memory_.bytes)));
  buffer_.reset(wl_shm_pool_create_buffer(pool.get(), 0, layout.size.width, layout.size.height,
                                          layout.stride, layout.format));
  // Sending the request made a copy of the descriptor.
  memory_.fd.reset();
}

}  // namespace rustcam::wayland
