// The made-up desktop's PipeWire half: its screen, and the casts of it.
#pragma once

#include <pipewire/context.h>
#include <pipewire/core.h>
#include <pipewire/loop.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cast_node.h"
#include "cast_screen.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::test {

/// A connection to the PipeWire of $XDG_RUNTIME_DIR. One thread only.
class CastDesktop {
 public:
  /// Throws std::runtime_error if PipeWire is not there.
  CastDesktop(const Personality& who, std::string scene, Size size, Rational hz, Tell tell);
  ~CastDesktop();
  CastDesktop(const CastDesktop&) = delete;
  CastDesktop& operator=(const CastDesktop&) = delete;

  /// How PipeWire calls a cast's node.
  struct Begun {
    std::uint32_t node = 0;
    std::uint64_t serial = 0;
  };
  /// A new cast. `cursor_mode`: the portal's number. Throws std::runtime_error.
  Begun begin(std::uint32_t cursor_mode);
  void end(std::uint32_t node) { nodes_.erase(node); }
  /// A client's connection to PipeWire, fresh. Throws std::runtime_error.
  static UniqueFd open_remote();

  CastScreen& screen() noexcept { return screen_; }
  CastDesk& desk() noexcept { return desk_; }
  void resize(Size size);
  /// Sends the picture once more, though it has not changed.
  void show_again();
  /// All casts stand, those to come as well.
  void stall();
  void resume();
  /// Those to come work; those that stand go on standing.
  void restart() { stalled_ = false; }
  void vanish() { nodes_.clear(); }

  /// Readable if PipeWire has something to say.
  int descriptor() const;
  /// Takes in what PipeWire says, and shows what is new on the screen.
  void turn();
  /// When turn() is to be called at the latest; nullopt: no need.
  std::optional<TimePoint> next_turn() const;

 private:
  struct Free {
    void operator()(pw_loop* loop) const { pw_loop_destroy(loop); }
    void operator()(pw_context* context) const { pw_context_destroy(context); }
  };

  CastScreen screen_;
  CastDesk desk_;
  std::unique_ptr<pw_loop, Free> loop_;
  std::unique_ptr<pw_context, Free> context_;
  pw_core* core_ = nullptr;  ///< the context's
  std::map<std::uint32_t, std::unique_ptr<CastNode>> nodes_;
  bool stalled_ = false;
  bool behind_ = false;
};

}  // namespace rustcam::test
