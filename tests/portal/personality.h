// How the desktops' portals differ in what they send.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rustcam::test {

struct Personality {
  std::string_view name;
  /// The portal's own bits: 1 hidden, 2 embedded, 4 metadata.
  std::uint32_t cursor_modes = 7;
  /// SPA's numbers, the one that it likes best first.
  std::vector<std::uint32_t> formats;
  /// Nothing but buffers of the GPU, in a layout that only the GPU knows.
  bool gpu_only = false;
  /// Framerate 0/1, and how many there are at most as a range.
  bool variable_rate = true;
  /// What a buffer is that carries only a pointer, if such are sent: told by its chunk's flags, by
  /// its header's, and whether its chunk keeps the size of a picture.
  struct PointerOnly {
    bool sent = false;
    bool header_flag = false;
    bool keeps_size = false;
  } pointer_only{};
  enum class Times { of_frame = 1, own_clock, none } times = Times::of_frame;
  bool damage = false;
  /// The bitmap comes with each pointer, not just when it is new.
  bool repeats_bitmap = false;
  /// The pointer's bitmap is RGBA, not BGRA.
  bool rgba_bitmap = false;
  /// Nobody can cut off the memory while it is read.
  bool sealed = true;
  /// "" for what PipeWire takes by itself.
  std::string_view media_class = "Video/Source";
};

/// Throws std::invalid_argument for an unknown name.
const Personality& personality(std::string_view name);

}  // namespace rustcam::test
