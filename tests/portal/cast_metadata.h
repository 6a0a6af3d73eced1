// What goes along with a picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/region.h"
#include "cast_screen.h"
#include "personality.h"

struct spa_buffer;

namespace rustcam::test {

class Params;

/// What is told of one buffer.
struct Note {
  bool pointer_only = false;  ///< no picture
  std::int64_t pts = 0;
  std::uint64_t sequence = 0;
  Region damage;
  std::optional<Rect> crop;
  std::uint32_t transform = 0;
  bool tells_pointer = false;    ///< the pointer is told, not drawn
  std::optional<Point> pointer;  ///< its hot spot; nullopt: hidden
  bool bitmap = false;           ///< its picture, too
};

/// What a desktop says that it will tell.
void offer_metadata(const Personality& who, bool tells_pointer, Params& params);
/// Fills in what the other side has asked for.
void write_metadata(const Personality& who, const Note& note, spa_buffer& buffer);

}  // namespace rustcam::test
