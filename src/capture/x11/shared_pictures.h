// Pictures that the X server writes into itself.
#pragma once

#include <memory>
#include <vector>

#include "capture/x11/connection.h"
#include "capture/x11/shm_segment.h"
#include "image/image.h"

namespace rustcam::x11 {

/// Belongs to the source's thread; the pictures may go anywhere and outlive it.
class SharedPictures {
 public:
  /// `connection` must outlive it.
  explicit SharedPictures(const Connection& connection) noexcept : connection_(&connection) {}

  /// A bgra picture in shared memory, or in our own if the server shares none. Throws as Image
  /// does.
  Image make(Size size);
  /// The segment that `picture` lies in, from its first byte on; null if it is none of ours.
  const ShmSegment* segment_of(const Image& picture) const noexcept;

 private:
  const Connection* connection_;
  bool shares_memory_ = true;
  std::vector<std::unique_ptr<ShmSegment>> segments_;
};

}  // namespace rustcam::x11
