#include "cast_metadata.h"

#include <spa/buffer/buffer.h>
#include <spa/param/video/raw.h>

#include <algorithm>
#include <cstring>

#include "cast_formats.h"

namespace rustcam::test {
namespace {

constexpr std::size_t most_damage = 16;
constexpr std::size_t bitmap_bytes =
    std::size_t{CastPointer::size.width} * CastPointer::size.height * 4;
constexpr std::size_t pointer_bytes =
    sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap) + bitmap_bytes;
/// Desktops leave room for larger pointers.
constexpr std::size_t most_pointer_bytes =
    sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap) + std::size_t{256} * 256 * 4;

template <typename Meta>
Meta* find(spa_buffer& buffer, std::uint32_t type) {
  return static_cast<Meta*>(spa_buffer_find_meta_data(&buffer, type, sizeof(Meta)));
}

spa_region region_of(const Rect& r) {
  spa_region region{};
  region.position = {r.left, r.top};
  region.size = {static_cast<std::uint32_t>(r.width()), static_cast<std::uint32_t>(r.height())};
  return region;
}

void write_damage(const Note& note, spa_buffer& buffer) {
  const spa_meta* const meta = spa_buffer_find_meta(&buffer, SPA_META_VideoDamage);
  if (meta == nullptr) return;
  const std::size_t room = meta->size / sizeof(spa_meta_region);
  if (room == 0) return;
  auto* const into = static_cast<spa_meta_region*>(meta->data);
  const Region told = note.damage.simplified(room);
  std::size_t count = 0;
  for (const Rect& each : told.rects()) into[count++].region = region_of(each);
  if (count < room) into[count].region = {};
}

std::uint32_t as_rgba(std::uint32_t argb) {
  return (argb & 0xFF00FF00U) | (argb >> 16 & 0xFFU) | (argb & 0xFFU) << 16;
}

void write_bitmap(const Personality& who, const Note& note, spa_meta_cursor& cursor) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(&cursor);
  spa_meta_bitmap bitmap{};
  bitmap.format = who.rgba_bitmap ? SPA_VIDEO_FORMAT_RGBA : SPA_VIDEO_FORMAT_BGRA;
  cursor.bitmap_offset = sizeof cursor;
  if (note.pointer) {
    bitmap.size = {static_cast<std::uint32_t>(CastPointer::size.width),
                   static_cast<std::uint32_t>(CastPointer::size.height)};
    bitmap.stride = CastPointer::size.width * 4;
    bitmap.offset = sizeof bitmap;
    std::uint8_t* pixels = bytes + sizeof cursor + sizeof bitmap;
    for (std::int32_t y = 0; y < CastPointer::size.height; ++y)
      for (std::int32_t x = 0; x < CastPointer::size.width; ++x, pixels += 4) {
        const std::uint32_t argb = CastPointer::pixel(x, y);
        const std::uint32_t pixel = who.rgba_bitmap ? as_rgba(argb) : argb;
        std::memcpy(pixels, &pixel, sizeof pixel);
      }
  }
  std::memcpy(bytes + sizeof cursor, &bitmap, sizeof bitmap);
}

void write_pointer(const Personality& who, const Note& note, spa_buffer& buffer) {
  auto* const cursor = static_cast<spa_meta_cursor*>(
      spa_buffer_find_meta_data(&buffer, SPA_META_Cursor, pointer_bytes));
  if (cursor == nullptr) return;
  *cursor = {};
  if (!note.tells_pointer) return;
  // Most say of a hidden pointer that there is none; the others send an empty picture.
  if (!note.pointer && !who.repeats_bitmap) return;
  cursor->id = 1;
  if (note.pointer) {
    cursor->position = {note.pointer->x, note.pointer->y};
    cursor->hotspot = {CastPointer::hot_spot.x, CastPointer::hot_spot.y};
  }
  if (note.bitmap || !note.pointer) write_bitmap(who, note, *cursor);
}

}  // namespace

void offer_metadata(const Personality& who, bool tells_pointer, Params& params) {
  params.add_metadata(SPA_META_Header, sizeof(spa_meta_header), sizeof(spa_meta_header));
  params.add_metadata(SPA_META_VideoCrop, sizeof(spa_meta_region), sizeof(spa_meta_region));
  params.add_metadata(SPA_META_VideoTransform, sizeof(spa_meta_videotransform),
                      sizeof(spa_meta_videotransform));
  if (who.damage)
    params.add_metadata(SPA_META_VideoDamage, sizeof(spa_meta_region),
                        sizeof(spa_meta_region) * most_damage);
  if (tells_pointer) params.add_metadata(SPA_META_Cursor, pointer_bytes, most_pointer_bytes);
}

void write_metadata(const Personality& who, const Note& note, spa_buffer& buffer) {
  if (auto* const header = find<spa_meta_header>(buffer, SPA_META_Header)) {
    *header = {};
    header->pts = note.pts;
    header->seq = note.sequence;
    if (note.pointer_only && who.pointer_only.header_flag)
      header->flags = SPA_META_HEADER_FLAG_CORRUPTED;
  }
  if (auto* const crop = find<spa_meta_region>(buffer, SPA_META_VideoCrop))
    crop->region = note.crop ? region_of(*note.crop) : spa_region{};
  if (auto* const turned = find<spa_meta_videotransform>(buffer, SPA_META_VideoTransform))
    turned->transform = note.transform;
  write_damage(note, buffer);
  write_pointer(who, note, buffer);
}

}  // namespace rustcam::test
