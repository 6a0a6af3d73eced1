// The pictures of a screen cast, as PipeWire hands them over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/region.h"
#include "base/time.h"
#include "capture/patience.h"
#include "image/buffer_view.h"
#include "image/pointer.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::portal {

/// Which node of PipeWire's graph.
struct NodeAddress {
  std::uint32_t id = 0;
  std::optional<std::uint64_t> serial;  ///< if known, this is what it is found by
};

/// The newest picture. Stays as it is until the next call of Stream::take().
struct Arrival {
  BufferView view;  ///< its crop applied, its transform as told
  /// The arrival before, of the same layout, if `damage` is not known and it is still there: what
  /// changed can be found by comparing. Stays until Stream::give_back_before().
  std::optional<BufferView> before;
  /// In pixels of `view`, clipped to it, before its transform: a superset of what changed since the
  /// arrival before. nullopt: unknown, all.
  std::optional<Region> damage;
  /// nullopt: not told, or what is told makes no sense; `arrived` is all that is known then.
  std::optional<TimePoint> presented;
  TimePoint arrived{};
  std::uint32_t frames = 1;  ///< pictures that came since the arrival before, this one included
};

/// Takes every buffer as soon as it comes, on a thread of its own, and keeps the newest: whoever
/// reads late gets the newest picture, and the compositor always has buffers to write into.
class Stream {
 public:
  enum class State {
    beginning = 1,  ///< not linked yet, or no format settled
    streaming,      ///< pictures come if something changes
    paused,         ///< linked, but the other side has stopped
    failed,         ///< for good: failure() says why
  };
  struct Status {
    State state = State::beginning;
    TimePoint since{};
    bool gone = false;  ///< failed, since PipeWire itself has gone
  };

  /// Why there is no PipeWire here, with the package to install; empty: its library can be loaded.
  static std::string reason_against();

  /// Begins. `keep_pointer`: the cast tells the pointer apart from the pictures. Throws DeviceError
  /// (no library, no connection), AccessLost.
  Stream(UniqueFd remote, const NodeAddress& node, bool keep_pointer, const Patience& patience);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Readable once something has changed since the last look(): an arrival, the pointer, the state.
  int descriptor() const noexcept;
  /// To be called at least twice a second, since it also sees that the first picture comes. Takes
  /// note of what has come; descriptor() is not readable after it until there is more.
  Status look();
  /// What went wrong, for people, and what to do.
  std::string failure() const;
  /// The size of the pictures to come, upright; nullopt as long as no format is settled.
  std::optional<Size> size() const;

  /// True if take() would return one.
  bool has_picture() const;
  /// nullopt: none newer than the last.
  std::optional<Arrival> take();
  /// Ends the reading of Arrival::before. False if the desktop took that memory back meanwhile, so
  /// that what was read of it cannot be believed.
  bool give_back_before();
  /// As of what has come. In upright pixels of the newest picture.
  Pointer pointer() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam::portal
