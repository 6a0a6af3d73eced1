// What comes from a screen cast's stream, and what of it is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/portal/buffer_memory.h"
#include "capture/portal/cast_pointer.h"
#include "capture/portal/metadata.h"
#include "capture/portal/pipewire_library.h"
#include "capture/portal/stream.h"

namespace rustcam::portal {

/// Keeps the newest picture, the pointer and the state. Every call is made with the loop's lock.
class Reception {
 public:
  /// `changed` is called after anything that look() should tell.
  Reception(bool keep_pointer, std::function<void()> changed);
  ~Reception();
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;

  /// Everything that follows is of this stream; null: it is gone.
  void belong_to(pw_stream* stream) noexcept { stream_ = stream; }

  void state_changed(pw_stream_state state, const char* error);
  void format_changed(const spa_pod* format);
  void add_buffer(pw_buffer* buffer);
  void remove_buffer(pw_buffer* buffer);
  void receive_all();
  /// For good; the first reason stays.
  void fail(const std::string& why);
  /// The same, of PipeWire itself.
  void lose_pipewire(const std::string& why);

  Stream::Status status() const noexcept { return status_; }
  const std::string& failure() const noexcept { return failure_; }
  std::optional<Size> size() const noexcept;
  bool has_picture() const noexcept { return newest_.there; }
  /// What is to be done so that the first picture comes: one that was sent while the stream began,
  /// or while its format was settled, may be lost, and a screen that does not change sends no
  /// other. So the stream rests for a while, long enough for the other side to notice, and goes on.
  enum class Nudge { none = 1, rest, go_on };
  Nudge nudge(TimePoint at) noexcept;
  std::optional<Arrival> take();
  bool give_back_before();
  const Pointer& pointer() const noexcept { return pointer_.pointer(); }

 private:
  struct Picture {
    bool there = false;
    BufferView view;
    pw_buffer* buffer = nullptr;  ///< to be given back; null: it was, or it is no more
    bool intact = false;          ///< nobody writes into it
    std::shared_ptr<const BufferMemory> memory;  ///< null: `copy` is the picture
    std::vector<std::uint8_t> copy;
    std::optional<TimePoint> presented;
    TimePoint arrived{};
  };

  void receive(pw_buffer* buffer);
  void keep(pw_buffer* buffer, const BufferView& view);
  void give_back(pw_buffer*& buffer) noexcept;
  void end_reading(Picture& picture) noexcept;
  void follow_state();

  bool keep_pointer_;
  std::function<void()> changed_;
  pw_stream* stream_ = nullptr;
  pw_stream_state stream_state_ = PW_STREAM_STATE_UNCONNECTED;
  Stream::Status status_;
  std::string failure_;
  std::optional<VideoFormat> format_;
  bool had_format_ = false;
  std::optional<TimePoint> resting_since_;
  TimePoint begun_again_{};
  Duration late_{};
  std::optional<Size> shown_;  ///< of the newest picture in this format, upright
  std::map<pw_buffer*, std::shared_ptr<const BufferMemory>> memories_;
  Changes changes_;
  PictureTimes times_;
  CastPointer pointer_;
  Picture newest_;
  Picture taken_;
  Picture before_;  ///< the one taken before
};

}  // namespace rustcam::portal
