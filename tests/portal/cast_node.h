// A screen cast as a desktop makes it: a node of PipeWire's graph that plays what a CastScreen
// shows.
#pragma once

#include <pipewire/stream.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cast_formats.h"
#include "cast_lies.h"
#include "cast_metadata.h"
#include "cast_screen.h"
#include "image/image.h"
#include "personality.h"

namespace rustcam::test {

/// Told of each thing that happens.
using Tell = std::function<void(const nlohmann::json&)>;

/// What is the same for all nodes of a desktop; must outlive them.
struct CastDesk {
  const Personality& who;
  CastScreen& screen;
  Tell tell;
  const CastLie* lie = nullptr;  ///< told with every buffer
  bool tells_pictures = false;
};

/// All members are called on the thread of PipeWire's loop.
class CastNode {
 public:
  /// `cursor_mode`: the portal's number. Throws std::runtime_error.
  CastNode(pw_core* core, const CastDesk& desk, std::uint32_t cursor_mode);
  ~CastNode();
  CastNode(const CastNode&) = delete;
  CastNode& operator=(const CastNode&) = delete;

  /// nullopt as long as PipeWire has not answered.
  std::optional<std::uint32_t> id() const;
  /// Hands over what is new on the screen, if anything is. False if there was no room for it: again
  /// soon.
  bool show();
  /// What is shown next is told whole, changed or not.
  void forget_sent() noexcept;
  /// After the screen's size has changed.
  void renegotiate();
  void set_active(bool active);

 private:
  void state_changed(pw_stream_state state, const char* error);
  void format_changed(const spa_pod& format);
  void add_buffer(pw_buffer& buffer) const;
  void draw_into(pw_buffer& buffer);
  void send(pw_buffer& buffer, const Note& note);
  Note note_of(const Shown& now_shown, bool pointer_only);
  static const pw_stream_events& events() noexcept;

  const CastDesk& desk_;
  bool tells_pointer_;
  bool draws_pointer_;
  pw_stream* stream_ = nullptr;
  spa_hook hook_{};
  bool streaming_ = false;
  std::optional<AgreedFormat> agreed_;
  Image image_;

  struct Sent {
    Shown shown;
    std::optional<Point> pointer;
  };
  std::optional<Sent> sent_;  ///< nullopt: nothing yet
  bool bitmap_sent_ = false;
  std::uint64_t sequence_ = 0;
  TimePoint born_ = now();
};

}  // namespace rustcam::test
