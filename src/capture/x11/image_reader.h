// Reading parts of the screen's picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/region.h"
#include "capture/x11/connection.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/shm_segment.h"
#include "image/image_view.h"

namespace rustcam::x11 {

/// Through shared memory if possible, else (a remote display) over the wire in bands.
class ImageReader {
 public:
  /// `connection` and `layout` must outlive the reader.
  ImageReader(const Connection& connection, const PixelLayout& layout) noexcept;

  /// `region` is in pixels of a target whose corner is at `corner` on the root window. Sends all
  /// requests, and waits for the server's answers; every event that it sent before them is in xcb's
  /// queue then. Throws DeviceError, or AccessLost if the server refuses (the screen has become
  /// smaller).
  void fetch(const Region& region, Point corner);
  /// What was fetched, into the same places of `into`, whose corner is at `origin` on the target;
  /// bgra, alpha 255.
  void deliver(const ImageView& into, Point origin);
  /// Reads `rect` (target pixels) to `offset` of `segment`, rows without gaps, pixels as the server
  /// has them, and waits for it. Throws as fetch() does.
  void read_into(const ShmSegment& segment, std::size_t offset, const Rect& rect,
                 Point corner) const;
  /// Whether the last read went through shared memory.
  bool shares_memory() const noexcept { return shares_memory_; }

 private:
  struct Part {
    Rect rect;  ///< target pixels
    std::size_t offset = 0;
    unsigned sequence = 0;                ///< of the request; 0 once it is answered
    Owned<xcb_get_image_reply_t> pixels;  ///< over the wire only
  };
  std::size_t bytes_of(const Rect& rect) const noexcept;
  bool fit_segment(std::size_t bytes);
  void request_shared(Point corner);
  void request_plain(const Region& region, Point corner);
  /// False if the server refused; `error` is then its answer, if it gave one.
  bool await(Part& part, Owned<xcb_generic_error_t>& error) const;
  void copy(const Part& part, const std::uint8_t* from, const ImageView& into, Point origin) const;
  unsigned request(const ShmSegment& segment, std::size_t offset, const Rect& rect,
                   Point corner) const;
  [[noreturn]] void refused(const xcb_generic_error_t* error) const;
  void discard(std::size_t from_part) const noexcept;

  const Connection* connection_;
  const PixelLayout* layout_;
  bool shares_memory_ = true;
  std::unique_ptr<ShmSegment> segment_;  ///< null until it is needed, and over the wire
  std::vector<Part> parts_;              ///< of the last fetch
};

}  // namespace rustcam::x11
