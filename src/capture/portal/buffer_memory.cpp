#include "capture/portal/buffer_memory.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <spa/buffer/meta.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rustcam::portal {
namespace {

std::span<const std::uint8_t> metadata_of(const spa_buffer& buffer, std::uint32_t type) {
  for (const spa_meta& meta : std::span(buffer.metas, buffer.n_metas))
    if (meta.type == type && meta.data != nullptr)
      return {static_cast<const std::uint8_t*>(meta.data), meta.size};
  return {};
}

}  // namespace

BufferMemory::BufferMemory(const spa_buffer& buffer, bool dmabuf) {
  if (buffer.n_datas == 0) return;
  const spa_data& data = buffer.datas[0];
  if (data.type != (dmabuf ? SPA_DATA_DmaBuf : SPA_DATA_MemFd) || data.fd < 0) return;
  const int fd = static_cast<int>(data.fd);
  // Who cuts off memory under its reader kills it. Most desktops have ruled that out; where they
  // leave it open, we do. Of memory that cannot be sealed, we have to trust them.
  if (!dmabuf) fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
  // Behind the end of a file, memory must not be touched; and a dmabuf's size need not be told.
  const off_t end = lseek(fd, 0, SEEK_END);
  if (end <= 0 || end <= data.mapoffset) return;
  const auto there = static_cast<std::size_t>(end) - data.mapoffset;
  const std::size_t bytes = dmabuf ? there : std::min<std::size_t>(data.maxsize, there);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t before = data.mapoffset % page;
  if (bytes == 0) return;
  void* mapped = mmap(nullptr, before + bytes, PROT_READ, MAP_SHARED, fd,
                      static_cast<off_t>(data.mapoffset - before));
  if (mapped == MAP_FAILED) return;
  mapped_ = mapped;
  mapped_bytes_ = before + bytes;
  bytes_ = {static_cast<const std::uint8_t*>(mapped) + before, bytes};
  if (dmabuf) dmabuf_ = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

BufferMemory::~BufferMemory() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
  if (dmabuf_ >= 0) close(dmabuf_);
}

void BufferMemory::synchronize(bool begin) const noexcept {
  if (dmabuf_ < 0) return;
  dma_buf_sync request{};
  request.flags = DMA_BUF_SYNC_READ | (begin ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END);
  while (ioctl(dmabuf_, DMA_BUF_IOCTL_SYNC, &request) < 0 && (errno == EINTR || errno == EAGAIN)) {
  }
}

BufferFacts facts_of(const spa_buffer& buffer, std::span<const std::uint8_t> memory) {
  BufferFacts facts;
  facts.memory = memory;
  if (buffer.n_datas > 0 && buffer.datas[0].chunk != nullptr) {
    const spa_chunk chunk = *buffer.datas[0].chunk;
    facts.offset = chunk.offset;
    facts.size = chunk.size;
    facts.stride = chunk.stride;
    facts.corrupted =
        (static_cast<std::uint32_t>(chunk.flags) & std::uint32_t{SPA_CHUNK_FLAG_CORRUPTED}) != 0;
  }
  facts.header = metadata_of(buffer, SPA_META_Header);
  facts.crop = metadata_of(buffer, SPA_META_VideoCrop);
  facts.damage = metadata_of(buffer, SPA_META_VideoDamage);
  facts.transform = metadata_of(buffer, SPA_META_VideoTransform);
  facts.cursor = metadata_of(buffer, SPA_META_Cursor);
  return facts;
}

}  // namespace rustcam::portal
