// One ext_image_copy_capture_frame_v1.
#pragma once

#include <cstdint>
#include <memory>

#include "buffer_use.h"
#include "ext_session.h"
#include "listener.h"

namespace rustcam::test {

/// Writes what the client says that its buffer lacks and what has changed since its last frame, and
/// leaves everything else of the buffer as it is, so that a client that is wrong about it is seen.
class ExtFrame {
 public:
  static void create(std::shared_ptr<ExtSession> session, wl_client* client, int version,
                     std::uint32_t id);
  ~ExtFrame();
  ExtFrame(const ExtFrame&) = delete;
  ExtFrame& operator=(const ExtFrame&) = delete;

  void attach(wl_resource* buffer);
  void damage(std::int32_t x, std::int32_t y, std::int32_t width, std::int32_t height);
  void capture();
  void present(TimePoint when);
  void fail(std::uint32_t reason);
  /// A pending capture is not answered any more.
  void forget() { use_.reset(); }
  bool pending() const noexcept { return use_ != nullptr; }
  wl_client* client() const noexcept { return wl_resource_get_client(resource_); }

 private:
  explicit ExtFrame(std::shared_ptr<ExtSession> session);
  /// Tells it if the client asks for something after the capture.
  bool captured_already();
  bool fails_at_once();
  bool suits(wl_resource* buffer);
  void write(const Region& region);

  std::shared_ptr<ExtSession> session_;
  Desk& desk_;
  wl_resource* resource_ = nullptr;
  wl_resource* buffer_ = nullptr;
  Listener buffer_destroyed_;
  Region lacks_;  ///< what the client says that the buffer lacks
  bool captured_ = false;
  std::unique_ptr<BufferUse> use_;  ///< of a pending capture
  TimePoint not_before_{};
};

}  // namespace rustcam::test
