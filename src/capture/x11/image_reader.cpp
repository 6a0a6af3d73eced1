#include "capture/x11/image_reader.h"

#include <xcb/shm.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "base/error.h"
#include "capture/x11/reply_items.h"

namespace rustcam::x11 {
namespace {

constexpr std::size_t bytes_per_pixel = 4;
/// More rectangles than this cost more in requests than their bounding rectangle in bytes.
constexpr std::size_t max_rects = 16;
/// One GetImage reply is held in memory whole; bands keep that small.
constexpr std::int64_t band_bytes = std::int64_t{4} << 20;

std::size_t bytes_of(const Rect& r) {
  return static_cast<std::size_t>(r.area()) * bytes_per_pixel;
}

/// All that `image` must hold of `r`; empty if it holds less.
std::span<const std::uint8_t> pixels_of(const xcb_get_image_reply_t& image, const Rect& r) {
  return ReplyItems(image).take<std::uint8_t>(bytes_of(r));
}

}  // namespace

ImageReader::ImageReader(const Connection& connection, PixelLayout layout) noexcept
    : connection_(&connection), layout_(layout) {}

/// False if the pixels have to come over the wire.
bool ImageReader::fit_segment(std::size_t bytes) {
  // The offset in ShmGetImage has 32 bits.
  if (!shares_memory_ || bytes > std::numeric_limits<std::uint32_t>::max()) return false;
  if (segment_ && segment_->size() >= bytes) return true;
  segment_.reset();
  segment_ = ShmSegment::create(*connection_, bytes);
  shares_memory_ = segment_ != nullptr;
  return shares_memory_;
}

void ImageReader::fetch(const Region& region, Point corner) {
  const Region wanted = region.simplified(max_rects);
  parts_.clear();
  std::size_t bytes = 0;
  for (const Rect& rect : wanted.rects()) {
    parts_.push_back({rect, bytes, 0, nullptr});
    bytes += bytes_of(rect);
  }
  if (bytes == 0) return;
  if (fit_segment(bytes))
    request_shared(corner);
  else
    request_plain(wanted, corner);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Owned<xcb_generic_error_t> error;
    if (await(parts_[i], error)) continue;
    discard(i + 1);
    parts_.clear();
    refused(error.get());
  }
}

void ImageReader::request_shared(Point corner) {
  for (Part& part : parts_) part.sequence = request(*segment_, part.offset, part.rect, corner);
}

unsigned ImageReader::request(const ShmSegment& segment, std::size_t offset, const Rect& rect,
                              Point corner) const {
  const Rect on_root = translate(rect, corner.x, corner.y);
  return xcb_shm_get_image(
             connection_->get(), connection_->root(), static_cast<std::int16_t>(on_root.left),
             static_cast<std::int16_t>(on_root.top), static_cast<std::uint16_t>(on_root.width()),
             static_cast<std::uint16_t>(on_root.height()), ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP,
             segment.id(), static_cast<std::uint32_t>(offset))
      .sequence;
}

void ImageReader::read_into(const ShmSegment& segment, std::size_t offset, const Rect& rect,
                            Point corner) const {
  Owned<xcb_generic_error_t> error;
  const auto reply =
      connection_->await(xcb_shm_get_image_reply,
                         xcb_shm_get_image_cookie_t{request(segment, offset, rect, corner)}, error);
  if (!reply) refused(error.get());
}

void ImageReader::refused(const xcb_generic_error_t* error) const {
  connection_->check_open();
  const std::string name =
      error != nullptr ? connection_->error_name(error->error_code) : std::string("short reply");
  throw AccessLost("the X server no longer lets us read the screen there: " + name, name);
}

void ImageReader::request_plain(const Region& region, Point corner) {
  segment_.reset();
  parts_.clear();
  for (const Rect& rect : region.rects()) {
    const auto rows = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        band_bytes / std::max<std::int64_t>(rect.width() * std::int64_t{bytes_per_pixel}, 1), 1,
        rect.height()));
    for (std::int32_t top = rect.top; top < rect.bottom; top += rows) {
      const Rect band{rect.left, top, rect.right, std::min(top + rows, rect.bottom)};
      const Rect on_root = translate(band, corner.x, corner.y);
      const unsigned sequence =
          xcb_get_image(connection_->get(), XCB_IMAGE_FORMAT_Z_PIXMAP, connection_->root(),
                        static_cast<std::int16_t>(on_root.left),
                        static_cast<std::int16_t>(on_root.top),
                        static_cast<std::uint16_t>(on_root.width()),
                        static_cast<std::uint16_t>(on_root.height()), ~0u)
              .sequence;
      parts_.push_back({band, 0, sequence, nullptr});
    }
  }
}

bool ImageReader::await(Part& part, Owned<xcb_generic_error_t>& error) const {
  bool ok = false;
  if (segment_ != nullptr) {
    ok = connection_->await(xcb_shm_get_image_reply, xcb_shm_get_image_cookie_t{part.sequence},
                            error) != nullptr;
  } else {
    part.pixels =
        connection_->await(xcb_get_image_reply, xcb_get_image_cookie_t{part.sequence}, error);
    ok = part.pixels && !pixels_of(*part.pixels, part.rect).empty();
  }
  part.sequence = 0;
  return ok;
}

void ImageReader::deliver(const ImageView& into, Point origin) {
  for (const Part& part : parts_)
    copy(part,
         segment_ != nullptr ? segment_->data() + part.offset
                             : pixels_of(*part.pixels, part.rect).data(),
         into, origin);
  parts_.clear();
}

void ImageReader::copy(const Part& part, const std::uint8_t* from, const ImageView& into,
                       Point origin) const {
  // A merged rectangle may reach beyond the picture that the caller has.
  const Rect bounds = Rect::of(origin, into.size);
  const Rect wanted = intersect(part.rect, bounds);
  const auto stride = static_cast<std::size_t>(part.rect.width()) * bytes_per_pixel;
  const auto count = static_cast<std::size_t>(wanted.width());
  const auto skip = static_cast<std::size_t>(wanted.left - part.rect.left) * bytes_per_pixel;
  for (std::int32_t y = wanted.top; y < wanted.bottom; ++y)
    to_bgra(
        layout_, from + static_cast<std::size_t>(y - part.rect.top) * stride + skip,
        into.row(y - origin.y) + static_cast<std::size_t>(wanted.left - origin.x) * bytes_per_pixel,
        count);
}

void ImageReader::discard(std::size_t from_part) const noexcept {
  for (std::size_t i = from_part; i < parts_.size(); ++i)
    if (parts_[i].sequence != 0) xcb_discard_reply(connection_->get(), parts_[i].sequence);
}

}  // namespace rustcam::x11
