// Reading parts of the screen's picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/region.h"
#include "capture/frame_source.h"
#include "capture/x11/connection.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/shm_segment.h"
#include "image/image_view.h"

namespace rustcam::x11 {

/// Sends requests at begin() and collects the answers at finish(), so that the server works while
/// the caller does something else. Through shared memory where possible, else (a remote display)
/// over the wire in bands.
class ImageReader {
 public:
  /// `connection` must outlive the reader.
  ImageReader(const Connection& connection, PixelLayout layout) noexcept;
  ~ImageReader();
  ImageReader(const ImageReader&) = delete;
  ImageReader& operator=(const ImageReader&) = delete;

  /// `region` is in pixels of a target whose corner is at `corner` on the root window. Throws
  /// DeviceError.
  ReadTicket begin(const Region& region, Point corner);
  /// Waits for the server's answers; every event that it sent before them is in xcb's queue then.
  /// Throws DeviceError, or AccessLost where the server refuses (the screen has become smaller).
  void await(ReadTicket ticket);
  /// After await(): into the same places of `into`, whose corner is at `origin` on the target;
  /// bgra, alpha 255.
  void finish(ReadTicket ticket, const ImageView& into, Point origin);
  /// Reads `rect` (target pixels) to `offset` of `segment`, rows without gaps, pixels as the server
  /// has them, and waits for it. Throws as await() does.
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
  struct Read {
    std::uint64_t id = 0;
    std::vector<Part> parts;
    std::unique_ptr<ShmSegment> segment;  ///< null: over the wire
  };

  std::unique_ptr<ShmSegment> take_segment(std::size_t bytes);
  void request_shared(Read& read, Point corner);
  void request_plain(Read& read, const Region& region, Point corner);
  /// False where the server refused; `error` is then its answer, if it gave one.
  bool await(const Read& read, Part& part, Owned<xcb_generic_error_t>& error) const;
  void copy(const Part& part, const std::uint8_t* from, const ImageView& into, Point origin) const;
  unsigned request(const ShmSegment& segment, std::size_t offset, const Rect& rect,
                   Point corner) const;
  [[noreturn]] void refused(const xcb_generic_error_t* error) const;
  void discard(const Read& read, std::size_t from_part) const noexcept;

  const Connection* connection_;
  PixelLayout layout_;
  bool shares_memory_ = true;
  std::uint64_t last_id_ = 0;
  std::deque<Read> reads_;
  std::vector<std::unique_ptr<ShmSegment>> idle_;
};

}  // namespace rustcam::x11
