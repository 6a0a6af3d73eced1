// The pointer, as a screen cast's buffers tell of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "image/pointer.h"

namespace rustcam::portal {

class CastPointer {
 public:
  /// `cursor` is the buffer's metadata of this kind, in PipeWire's layout and written by another
  /// program; empty, or broken: nothing new. Its place is told in what is seen. True if the
  /// pointer is another one now.
  bool note(std::span<const std::uint8_t> cursor);
  const Pointer& pointer() const noexcept { return pointer_; }

 private:
  Pointer pointer_;
  Point hot_spot_;
};

}  // namespace rustcam::portal
