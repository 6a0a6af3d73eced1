// A screen cast's buffer in plain memory, as another program would write it.
#pragma once

#include <spa/buffer/meta.h>
#include <spa/param/video/raw.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <vector>

#include "capture/portal/metadata.h"
#include "capture/portal/video_formats.h"

namespace rustcam::portal {

using Bytes = std::vector<std::uint8_t>;

template <typename Structure>
void append(Bytes& bytes, const Structure& structure) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof structure);
  std::memcpy(bytes.data() + at, &structure, sizeof structure);
}

inline spa_meta_region region_of(const Rect& r) {
  spa_meta_region told{};
  told.region.position = {r.left, r.top};
  told.region.size = {static_cast<std::uint32_t>(r.width()),
                      static_cast<std::uint32_t>(r.height())};
  return told;
}

/// 40x30 pixels. Every vector has just the bytes that may be read, so that AddressSanitizer sees a
/// read beyond them.
struct BufferBench {
  VideoFormat format{format_named(SPA_VIDEO_FORMAT_BGRx), {40, 30}, false};
  Bytes memory = Bytes(std::size_t{40} * 4 * 30);
  Bytes header, crop, damage, transform, cursor;
  BufferFacts facts{{}, 0, 40 * 4 * 30, 40 * 4, false, {}, {}, {}, {}, {}};

  void tell_header(std::int64_t pts, std::uint32_t flags = 0) {
    spa_meta_header told{};
    told.pts = pts;
    told.flags = flags;
    header.clear();
    append(header, told);
  }
  void tell_crop(const Rect& r) {
    crop.clear();
    append(crop, region_of(r));
  }
  void tell_damage(std::initializer_list<Rect> rects) {
    damage.clear();
    for (const Rect& r : rects) append(damage, region_of(r));
  }
  void tell_transform(std::uint32_t turn) {
    transform.clear();
    append(transform, spa_meta_videotransform{turn});
  }
  /// From now on each read() is of the next buffer.
  void number(std::uint64_t first = 1) { next_ = first; }
  BufferNews read() {
    if (next_) {
      if (header.empty()) tell_header(0);
      const std::uint64_t sequence = (*next_)++;
      std::memcpy(header.data() + offsetof(spa_meta_header, seq), &sequence, sizeof sequence);
    }
    facts.memory = memory;
    facts.header = header;
    facts.crop = crop;
    facts.damage = damage;
    facts.transform = transform;
    facts.cursor = cursor;
    return read_buffer(facts, format);
  }
  std::ptrdiff_t first_byte(const BufferNews& news) const {
    return news.picture->data - memory.data();
  }

 private:
  std::optional<std::uint64_t> next_;
};

}  // namespace rustcam::portal
