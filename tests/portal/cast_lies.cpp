#include "cast_lies.h"

#include <spa/buffer/buffer.h>
#include <spa/param/video/raw.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace rustcam::test {
namespace {

constexpr std::int32_t huge = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t vast = std::numeric_limits<std::uint32_t>::max();

template <typename Meta>
Meta* find(spa_buffer& buffer, std::uint32_t type) {
  return static_cast<Meta*>(spa_buffer_find_meta_data(&buffer, type, sizeof(Meta)));
}

spa_chunk& chunk(spa_buffer& buffer) {
  return *buffer.datas[0].chunk;
}

/// The pointer's picture as it would be in a buffer that has room for it.
template <typename Change>
void change_bitmap(spa_buffer& buffer, Change change) {
  auto* const cursor = static_cast<spa_meta_cursor*>(spa_buffer_find_meta_data(
      &buffer, SPA_META_Cursor, sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap)));
  if (cursor == nullptr) return;
  cursor->id = 1;
  cursor->bitmap_offset = sizeof *cursor;
  spa_meta_bitmap bitmap{};
  bitmap.format = SPA_VIDEO_FORMAT_BGRA;
  bitmap.size = {16, 16};
  bitmap.stride = 64;
  bitmap.offset = sizeof bitmap;
  change(bitmap);
  std::memcpy(reinterpret_cast<std::uint8_t*>(cursor) + sizeof *cursor, &bitmap, sizeof bitmap);
}

void move_bitmap(spa_buffer& buffer, std::uint32_t offset) {
  auto* const cursor = find<spa_meta_cursor>(buffer, SPA_META_Cursor);
  if (cursor == nullptr) return;
  cursor->id = 1;
  cursor->bitmap_offset = offset;
}

void fill_damage(spa_buffer& buffer, const spa_region& region) {
  const spa_meta* const meta = spa_buffer_find_meta(&buffer, SPA_META_VideoDamage);
  if (meta == nullptr) return;
  auto* const into = static_cast<spa_meta_region*>(meta->data);
  for (std::size_t i = 0; i < meta->size / sizeof *into; ++i) into[i].region = region;
}

void say_crop(spa_buffer& buffer, const spa_region& region) {
  if (auto* const crop = find<spa_meta_region>(buffer, SPA_META_VideoCrop)) crop->region = region;
}

void say_time(spa_buffer& buffer, std::int64_t pts) {
  if (auto* const header = find<spa_meta_header>(buffer, SPA_META_Header)) header->pts = pts;
}

constexpr std::array lies{
    CastLie{"cursor-offset", [](spa_buffer& b) { move_bitmap(b, 0x7FFFFFF0); }},
    CastLie{"cursor-offset-wraps", [](spa_buffer& b) { move_bitmap(b, vast - 3); }},
    CastLie{"cursor-offset-inside", [](spa_buffer& b) { move_bitmap(b, 4); }},
    CastLie{"cursor-size",
            [](spa_buffer& b) {
              change_bitmap(b, [](spa_meta_bitmap& m) { m.size = {20000, 20000}; });
            }},
    CastLie{"cursor-size-wraps",
            [](spa_buffer& b) {
              change_bitmap(b, [](spa_meta_bitmap& m) { m.size = {0x40000001, 0x40000001}; });
            }},
    CastLie{"cursor-stride",
            [](spa_buffer& b) { change_bitmap(b, [](spa_meta_bitmap& m) { m.stride = huge; }); }},
    CastLie{"cursor-stride-small",
            [](spa_buffer& b) { change_bitmap(b, [](spa_meta_bitmap& m) { m.stride = 4; }); }},
    CastLie{"cursor-stride-negative",
            [](spa_buffer& b) { change_bitmap(b, [](spa_meta_bitmap& m) { m.stride = -64; }); }},
    CastLie{"cursor-pixels",
            [](spa_buffer& b) { change_bitmap(b, [](spa_meta_bitmap& m) { m.offset = vast; }); }},
    CastLie{"cursor-format",
            [](spa_buffer& b) { change_bitmap(b, [](spa_meta_bitmap& m) { m.format = 9999; }); }},
    CastLie{"cursor-position",
            [](spa_buffer& b) {
              change_bitmap(b, [](spa_meta_bitmap&) {});
              if (auto* const cursor = find<spa_meta_cursor>(b, SPA_META_Cursor)) {
                cursor->position = {huge, -huge - 1};
                cursor->hotspot = {-huge - 1, huge};
              }
            }},
    CastLie{"damage-outside",
            [](spa_buffer& b) {
              fill_damage(b, {{-1000000, huge}, {vast, vast}});
            }},
    CastLie{"damage-unended",
            [](spa_buffer& b) {
              fill_damage(b, {{1, 1}, {2, 2}});
            }},
    CastLie{"crop-outside",
            [](spa_buffer& b) {
              say_crop(b, {{-50, 20}, {vast, 100000}});
            }},
    CastLie{"crop-wraps",
            [](spa_buffer& b) {
              say_crop(b, {{huge, huge}, {vast, vast}});
            }},
    CastLie{"transform",
            [](spa_buffer& b) {
              if (auto* const turned = find<spa_meta_videotransform>(b, SPA_META_VideoTransform))
                turned->transform = 77;
            }},
    CastLie{"stride-small", [](spa_buffer& b) { chunk(b).stride = 4; }},
    CastLie{"stride-zero", [](spa_buffer& b) { chunk(b).stride = 0; }},
    CastLie{"stride-large", [](spa_buffer& b) { chunk(b).stride = huge; }},
    CastLie{"stride-negative", [](spa_buffer& b) { chunk(b).stride = -chunk(b).stride; }},
    CastLie{"chunk-size", [](spa_buffer& b) { chunk(b).size = vast; }},
    CastLie{"chunk-short", [](spa_buffer& b) { chunk(b).size = 16; }},
    CastLie{"chunk-offset", [](spa_buffer& b) { chunk(b).offset = 0x7FFFFFFF; }},
    CastLie{"chunk-offset-inside", [](spa_buffer& b) { chunk(b).offset = 4096; }},
    CastLie{"time-ahead", [](spa_buffer& b) { say_time(b, std::int64_t{1} << 62); }},
    CastLie{"time-negative",
            [](spa_buffer& b) { say_time(b, std::numeric_limits<std::int64_t>::min()); }},
    // The memory is cut off under the reader, if nothing keeps it.
    CastLie{"file-short",
            [](spa_buffer& b) {
              [[maybe_unused]] const int refused = ftruncate(static_cast<int>(b.datas[0].fd), 4096);
            }},
};

}  // namespace

std::span<const CastLie> cast_lies() noexcept {
  return lies;
}

const CastLie* find_cast_lie(std::string_view name) noexcept {
  for (const CastLie& each : lies)
    if (each.name == name) return &each;
  return nullptr;
}

}  // namespace rustcam::test
