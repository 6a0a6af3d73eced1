// What a test compositor can do wrong.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace rustcam::test {

enum class Fault {
  // zwlr_screencopy
  wlr_refused,         ///< `failed` instead of a buffer's description
  wlr_failed,          ///< `failed` in answer to a copy
  wlr_y_invert,        ///< the picture is upside down, with the flag that says so
  wlr_no_buffer,       ///< no shm buffer is offered
  wlr_ready_early,     ///< a picture is told of before any was asked for
  wlr_done_twice,      ///< the description of buffers ends twice
  wlr_no_buffer_done,  ///< the description of buffers never ends
  wlr_stride_padded,   ///< rows of 64 bytes more than needed: odd, but allowed
  wlr_stride_short,    ///< rows of half of the bytes needed
  wlr_stride_huge,     ///< rows of nearly 2^32 bytes
  wlr_stride_zero,
  wlr_cursor_embedded,  ///< the pointer is drawn, whatever the client asks for
  // ext_image_copy_capture
  ext_failed_unknown,
  ext_failed_constraints,   ///< though the buffer was right
  ext_failed_stopped,       ///< though the session goes on
  ext_failed_absurd,        ///< a reason that no protocol knows
  ext_stopped,              ///< the session is stopped while a capture is pending
  ext_constraints_change,   ///< other formats and sizes while a capture is pending; it fails
  ext_constraints_babble,   ///< the same constraints again while a capture is pending; it succeeds
  ext_no_constraints,       ///< a new session never says what it wants
  ext_cursor_size_absurd,   ///< the pointer's picture has 65535x65535 pixels
  ext_cursor_place_absurd,  ///< the pointer is at the ends of 32 bits
  ext_cursor_hotspot_absurd,
  // both
  resize_pending,  ///< the output's mode changes while a capture is pending
  ready_twice,
  slow,           ///< each answer comes half a second late
  never,          ///< captures are never answered, all else is
  size_large,     ///< buffers of 65535x65535
  size_enormous,  ///< buffers of (2^32-1)x(2^32-1)
  size_zero,
  size_smaller,  ///< buffers of half of the mode's sides; the capture succeeds
  format_unknown,
  format_none,
  damage_small,  ///< less than what has changed
  damage_lies,   ///< somewhere else
  damage_negative,
  damage_outside,
  damage_empty,  ///< a rectangle without area
  damage_none,   ///< no rectangle
  damage_many,   ///< thousands of rectangles
  time_zero,
  time_late,         ///< an hour ago
  time_future,       ///< a year ahead
  time_nsec,         ///< 2e9 nanoseconds
  time_max,          ///< all bits
  time_none,         ///< ext: no time is told
  transform_absurd,  ///< a transform that does not exist, of the output and of frames
  // of outputs; seen by clients that connect later
  name_missing,
  name_empty,
  name_long,  ///< 4000 letters
  name_cut,   ///< ends in the middle of a letter of UTF-8
  name_same,  ///< each output has the same
  mode_missing,
  mode_zero,
  mode_huge,     ///< 2^31-1 each way
  scale_absurd,  ///< -3
  logical_zero,
  logical_huge,
  output_not_done,  ///< the description of outputs never ends
};

struct FaultName {
  Fault fault;
  std::string_view name;  ///< as the enumerator is spelled
};

/// Every fault once.
std::span<const FaultName> fault_names() noexcept;
std::string_view name(Fault fault) noexcept;
std::optional<Fault> fault_named(std::string_view name) noexcept;

/// Which faults are to happen, how often yet, and which have happened.
class Faults {
 public:
  static constexpr int for_ever = -1;

  /// `times`: the next so many chances are taken; 0: no more.
  void arm(Fault fault, int times = for_ever);
  /// Whether this chance is taken, which is counted.
  bool strike(Fault fault);
  /// How often each has happened.
  const std::map<Fault, int>& struck() const noexcept { return struck_; }

 private:
  std::map<Fault, int> left_;
  std::map<Fault, int> struck_;
};

}  // namespace rustcam::test
