#include "capture/portal/metadata.h"

#include <spa/buffer/meta.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <utility>

#include "capture/portal/meta_bytes.h"

namespace rustcam::portal {
namespace {

/// A picture's time that is farther from its arrival is of another clock.
constexpr Duration nearest_clock = std::chrono::seconds(1);

/// Of damage that is kept for whoever reads late.
constexpr std::size_t most_rects = 64;

/// The part of `within` that is told; empty if that is nothing.
Rect rect_of(const spa_region& told, Size within) {
  const auto length = [](std::uint32_t v) {
    return static_cast<std::int32_t>(
        std::min<std::uint32_t>(v, std::numeric_limits<std::int32_t>::max()));
  };
  return intersect(Rect::of(Point{told.position.x, told.position.y},
                            Size{length(told.size.width), length(told.size.height)}),
                   Rect::of(within));
}

bool corrupted(const BufferFacts& buffer, const std::optional<spa_meta_header>& header) {
  return buffer.corrupted || (header && (header->flags & SPA_META_HEADER_FLAG_CORRUPTED) != 0);
}

/// Of the buffer. All of it if nothing is told, or what is told lies outside.
Rect shown_part(const BufferFacts& buffer, Size size) {
  const auto told = copied<spa_meta_region>(buffer.crop);
  if (!told || told->region.size.width == 0 || told->region.size.height == 0) return Rect::of(size);
  const Rect part = rect_of(told->region, size);
  return part.empty() ? Rect::of(size) : part;
}

std::optional<BufferView> view_of(const BufferFacts& buffer, const VideoFormat& format,
                                  const Rect& part) {
  const std::int64_t row = std::int64_t{format.size.width} * format.pixels->bytes;
  const std::int64_t stride = buffer.stride == 0 ? row : buffer.stride;
  if (stride < row && -stride < row) return std::nullopt;
  const std::int64_t bytes = format.pixels->bytes;
  const std::int64_t first = buffer.offset + part.top * stride + part.left * bytes;
  const std::int64_t last = first + (part.height() - 1) * stride;
  // Where the shown rows begin and end; with a negative stride, the last one comes first.
  const std::int64_t begin = std::min(first, last);
  const std::int64_t end = std::max(first, last) + part.width() * bytes;
  auto limit = static_cast<std::int64_t>(buffer.memory.size());
  if (!format.dmabuf && stride > 0)
    limit = std::min(limit, std::int64_t{buffer.offset} + std::int64_t{buffer.size});
  if (begin < 0 || end > limit) return std::nullopt;
  BufferView view;
  view.format = format.pixels;
  view.size = part.size();
  view.stride = static_cast<std::ptrdiff_t>(stride);
  view.data = buffer.memory.data() + first;
  if (const auto told = copied<spa_meta_videotransform>(buffer.transform))
    view.transform = Transform::of(told->transform).value_or(Transform{});
  return view;
}

/// The list ends at an empty rectangle. An empty list tells nothing: who has the list in all
/// buffers may not have filled it in this one.
std::optional<Region> damage_of(const BufferFacts& buffer, const Rect& part, Size size) {
  constexpr std::size_t most = 16;
  Region damage;
  for (std::size_t i = 0; i < most; ++i) {
    const auto told = copied<spa_meta_region>(buffer.damage, i * sizeof(spa_meta_region));
    if (!told || told->region.size.width == 0 || told->region.size.height == 0) {
      if (i == 0) return std::nullopt;
      break;
    }
    damage.add(intersect(rect_of(told->region, size), part));
  }
  // All of it outside of what is shown: it is not of this picture.
  if (damage.empty()) return std::nullopt;
  damage.translate(-part.left, -part.top);
  return damage;
}

}  // namespace

BufferNews read_buffer(const BufferFacts& buffer, const VideoFormat& format) {
  BufferNews news;
  if (format.pixels == nullptr || format.size.width <= 0 || format.size.height <= 0) return news;
  const auto header = copied<spa_meta_header>(buffer.header);
  if (header) {
    news.pts = header->pts;
    news.sequence = header->seq;
  }
  const Rect part = shown_part(buffer, format.size);
  news.part = part;
  news.damage = damage_of(buffer, part, format.size);
  const bool no_pixels = corrupted(buffer, header) || (!format.dmabuf && buffer.size == 0);
  if (!no_pixels)
    news.picture = view_of(buffer, format, part);
  else if (!news.damage && !buffer.cursor.empty())
    news.damage.emplace();
  return news;
}

void Changes::note(const BufferNews& news) {
  const bool moved = news.part != last_part_;
  if (news.picture) {
    const BufferView& view = *news.picture;
    ++frames_;
    if (moved || view.format != last_.format || !(view.transform == last_.transform))
      damage_.reset();
    last_ = view;
    last_part_ = news.part;
  } else if (moved && news.damage && !news.damage->empty()) {
    damage_.reset();
  }
  const bool follows = last_sequence_ && news.sequence && *news.sequence == *last_sequence_ + 1;
  last_sequence_ = news.sequence;
  if (!news.damage || !follows) damage_.reset();
  if (!damage_) return;
  damage_->add(*news.damage);
  if (damage_->count() > most_rects) damage_ = damage_->simplified(most_rects);
}

Changes::Sum Changes::take() {
  Sum sum{std::move(damage_), frames_};
  damage_.emplace();
  frames_ = 0;
  return sum;
}

std::optional<TimePoint> PictureTimes::believe(std::optional<std::int64_t> pts, TimePoint arrived) {
  // 0 and -1 are how compositors say that they do not know.
  if (!pts || *pts <= 0) return std::nullopt;
  const TimePoint told{Duration(*pts)};
  if (told < arrived - nearest_clock || told > arrived + nearest_clock) return std::nullopt;
  if (last_ && told <= *last_) return std::nullopt;
  last_ = told;
  return told;
}

}  // namespace rustcam::portal
