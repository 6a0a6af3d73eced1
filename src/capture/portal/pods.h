// What we tell PipeWire that we can take, and how we read what was settled, in its own encoding.
#pragma once

#include <spa/pod/pod.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "capture/portal/metadata.h"

namespace rustcam::portal {

/// A list of pods, for the functions that take several.
class Pods {
 public:
  /// The formats that we read: first in shared memory, then in a GPU's memory that is laid out row
  /// by row.
  static Pods formats();
  /// The buffers and the metadata for a format. `pointer`: also the pointer's.
  static Pods buffers(const VideoFormat& format, bool pointer);

  /// Valid as long as this object.
  std::vector<const spa_pod*> list() const;

 private:
  /// `build` writes a pod into the bytes that it is given, and returns how many.
  template <typename Build>
  void add(const Build& build) {
    offsets_.push_back(used_);
    used_ += (build(std::span(bytes_).subspan(used_)) + 7) & ~std::size_t{7};
  }

  alignas(8) std::array<std::uint8_t, 4096> bytes_{};
  std::size_t used_ = 0;
  std::vector<std::size_t> offsets_;
};

/// What was settled. nullopt if we cannot read it.
std::optional<VideoFormat> read_format(const spa_pod* format);

}  // namespace rustcam::portal
