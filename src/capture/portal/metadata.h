// What a buffer of a screen cast says of itself. It comes from another program: nothing of it is
// believed before it is checked, and nothing outside of what it was given in is read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/region.h"
#include "base/time.h"
#include "image/buffer_view.h"

namespace rustcam::portal {

/// What the stream's pictures are, as settled.
struct VideoFormat {
  const BufferFormat* pixels = nullptr;
  Size size;
  bool dmabuf = false;  ///< in memory of a GPU, row by row; else in shared memory
};

/// A buffer as PipeWire hands it over. What shows into memory may be changed by the other program
/// at any time.
struct BufferFacts {
  std::span<const std::uint8_t> memory;  ///< all that may be read of pixels
  std::uint32_t offset = 0;              ///< of the first row
  std::uint32_t size = 0;                ///< from there; means nothing for a dmabuf
  std::int32_t stride = 0;               ///< 0: no bytes between rows
  bool corrupted = false;                ///< the pixels mean nothing
  // Pieces of metadata, in PipeWire's layouts; empty if the buffer has none of the kind.
  std::span<const std::uint8_t> header;
  std::span<const std::uint8_t> crop;
  std::span<const std::uint8_t> damage;
  std::span<const std::uint8_t> transform;
  std::span<const std::uint8_t> cursor;
};

/// Beyond it, other programs cannot make pictures either.
inline constexpr std::int32_t longest_side = 16384;

/// What is in a buffer.
struct BufferNews {
  std::optional<BufferView> picture;  ///< into `memory`; its crop applied, its transform as told
  Rect part;                          ///< what is shown of the buffer
  /// In pixels of `picture`, before its transform, clipped to it. nullopt: unknown, all. Without a
  /// picture: empty if the buffer carries the pointer only.
  std::optional<Region> damage;
  std::optional<std::int64_t> pts;  ///< nanoseconds, as told
  std::optional<std::uint64_t> sequence;
};

BufferNews read_buffer(const BufferFacts& buffer, const VideoFormat& format);

/// What the pictures since the last one that was taken have changed. PipeWire drops a buffer if
/// another comes before it was looked at, and its damage with it: so damage counts only if the
/// buffers' numbers show that none is missing.
class Changes {
 public:
  struct Sum {
    std::optional<Region> damage;  ///< in pixels of the newest picture; nullopt: unknown, all
    std::uint32_t frames = 0;      ///< pictures
  };
  /// Of every buffer, in the order in which they came.
  void note(const BufferNews& news);
  /// Begins again.
  Sum take();

 private:
  std::optional<Region> damage_;  ///< the first picture is all new
  std::uint32_t frames_ = 0;
  BufferView last_;
  Rect last_part_;
  std::optional<std::uint64_t> last_sequence_;
};

/// Which times of pictures can be believed.
class PictureTimes {
 public:
  /// nullopt unless `pts` is later than all before and near `arrived`, both of CLOCK_MONOTONIC.
  std::optional<TimePoint> believe(std::optional<std::int64_t> pts, TimePoint arrived);

 private:
  std::optional<TimePoint> last_;
};

}  // namespace rustcam::portal
