// What a screen cast's buffer says of itself. Nothing is read outside of its memory and of its
// metadata, whatever it says.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "capture/portal/cast_pointer.h"
#include "capture/portal/metadata.h"
#include "capture/portal/video_formats.h"
#include "image/buffer_view.h"
#include "image/image.h"

namespace {

using namespace rustcam;

struct Header {
  std::uint32_t offset, size;
  std::int32_t stride;
  std::uint8_t format, width, height, flags;
  std::array<std::uint8_t, 6> lengths;
};

/// Pieces that are allocated one by one, so that reading beyond one is seen.
class Pieces {
 public:
  explicit Pieces(std::span<const std::uint8_t> bytes) : left_(bytes) {}
  std::vector<std::uint8_t> next(std::size_t length) {
    const auto piece = left_.first(std::min(length, left_.size()));
    left_ = left_.subspan(piece.size());
    return {piece.begin(), piece.end()};
  }

 private:
  std::span<const std::uint8_t> left_;
};

void check_picture(const portal::BufferNews& news) {
  const BufferView& view = *news.picture;
  if (news.part.size() != view.size) std::abort();
  if (news.damage && !Rect::of(view.size).contains(news.damage->bounds())) std::abort();
  Image upright(PixelFormat::bgra, view.transform.upright(view.size));
  copy_upright(view, Region(Rect::of(upright.size())), upright.view(), {}, true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Header h;
  if (size < sizeof h) return 0;
  std::memcpy(&h, data, sizeof h);
  Pieces pieces(std::span(data, size).subspan(sizeof h));
  const auto header = pieces.next(h.lengths[0]);
  const auto crop = pieces.next(h.lengths[1]);
  const auto damage = pieces.next(std::size_t{h.lengths[2]} * 2);
  const auto transform = pieces.next(h.lengths[3] % 8);
  const auto cursor = pieces.next(std::size_t{h.lengths[4]} * 4);
  const auto memory = pieces.next(size);

  const auto formats = portal::readable_formats();
  const portal::VideoFormat format{portal::format_named(formats[h.format % formats.size()]),
                                   {1 + h.width % 40, 1 + h.height % 30},
                                   (h.flags & 1) != 0};
  const portal::BufferFacts facts{memory, h.offset, h.size, h.stride,  (h.flags & 2) != 0,
                                  header, crop,     damage, transform, cursor};
  const portal::BufferNews news = portal::read_buffer(facts, format);
  if (news.picture) check_picture(news);
  portal::Changes changes;
  changes.take();
  changes.note(news);
  changes.note(news);

  portal::CastPointer pointer;
  pointer.note(cursor);
  if (const auto& shape = pointer.pointer().shape;
      shape && shape->pixels.size() != static_cast<std::size_t>(shape->stride) *
                                           static_cast<std::size_t>(shape->size.height))
    std::abort();
  return 0;
}
