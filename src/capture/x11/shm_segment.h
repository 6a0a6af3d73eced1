// Memory that the X server and we both see.
#pragma once

#include <xcb/shm.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// A MIT-SHM segment: a memfd passed to the server if it takes descriptors (MIT-SHM 1.2), else
/// System V shared memory.
class ShmSegment {
 public:
  /// Null if the server cannot share memory with us (a remote display, another user or
  /// namespace, no extension). Throws DeviceError if the connection has closed. `connection`
  /// must outlive the segment.
  static std::unique_ptr<ShmSegment> create(const Connection& connection, std::size_t bytes);
  ~ShmSegment();
  ShmSegment(const ShmSegment&) = delete;
  ShmSegment& operator=(const ShmSegment&) = delete;

  /// Takes the memory from the system now, all at once, if that is possible: page by page, at
  /// the first read, it takes longer than a frame lasts.
  void populate() const noexcept;

  xcb_shm_seg_t id() const noexcept { return id_; }
  std::uint8_t* data() const noexcept { return memory_.get(); }
  /// Stays mapped as long as it is held, also when the segment and its connection are gone.
  const std::shared_ptr<std::uint8_t>& memory() const noexcept { return memory_; }
  std::size_t size() const noexcept { return bytes_; }

 private:
  ShmSegment(const Connection& connection, std::size_t bytes) noexcept;
  bool attach_descriptor();
  bool attach_system_v();
  bool accepted(xcb_void_cookie_t cookie);

  const Connection* connection_;
  std::size_t bytes_;
  xcb_shm_seg_t id_ = XCB_NONE;
  std::shared_ptr<std::uint8_t> memory_;
  bool attached_ = false;
};

}  // namespace rustcam::x11
