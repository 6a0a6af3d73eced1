// Where trials write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "media/ffmpeg.h"

namespace rustcam {

/// Takes what a muxer writes, into memory.
class Nowhere {
 public:
  Nowhere() {
    if (avio_open_dyn_buf(&io_) < 0) throw std::bad_alloc();
  }
  ~Nowhere() {
    if (io_ != nullptr) end();
    av_free(written_);
  }
  Nowhere(const Nowhere&) = delete;
  Nowhere& operator=(const Nowhere&) = delete;

  AVIOContext* io() const noexcept { return io_; }
  /// What was written, valid as long as this object; nothing may be written any more.
  std::span<const std::uint8_t> end() {
    const int size = avio_close_dyn_buf(io_, &written_);
    io_ = nullptr;
    return {written_, static_cast<std::size_t>(size)};
  }

 private:
  AVIOContext* io_ = nullptr;
  std::uint8_t* written_ = nullptr;
};

}  // namespace rustcam
