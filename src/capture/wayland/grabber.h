// Pictures of an output that the compositor copies for us, one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/region.h"
#include "base/time.h"
#include "capture/wayland/connection.h"
#include "capture/wayland/shm_buffer.h"
#include "image/buffer_view.h"

namespace rustcam::wayland {

/// What a buffer holds; good as long as the buffer.
BufferView view_of(const ShmBuffer& buffer, const Transform& transform) noexcept;

/// The newest picture. Stays as it is until the next call of Grabber::take().
struct Grab {
  BufferView view;  ///< its transform: only what the protocol tells, the output's is added
  /// In pixels of the buffer, clipped to it: a superset of what changed since the grab before.
  /// nullopt: unknown, all.
  std::optional<Region> damage;
  /// nullopt: the compositor does not tell, or what it tells makes no sense.
  std::optional<TimePoint> presented;
  /// Whether `view.transform` is whole, the output's turn included.
  bool transform_known = false;
};

/// One protocol. Belongs to the connection's thread and must end before it; events reach it inside
/// of Connection's calls.
class Grabber {
 public:
  enum class State {
    waiting = 1,  ///< a picture is asked for, and not here
    ready,        ///< take() gives it
    failed,       ///< the compositor refused; retry() asks again
    stopped,      ///< this output can be captured no more by this object
  };
  virtual ~Grabber() = default;
  Grabber() = default;
  Grabber(const Grabber&) = delete;
  Grabber& operator=(const Grabber&) = delete;

  virtual State state() const noexcept = 0;
  /// After `ready`: the picture; the next one is asked for at once.
  virtual Grab take() = 0;
  /// After `failed`.
  virtual void retry() = 0;
  /// Why it failed or stopped, for people.
  virtual std::string reason() const = 0;
};

/// A time that a compositor tells, in parts. nullopt unless it is near now.
std::optional<TimePoint> sensible_time(std::uint32_t seconds_high, std::uint32_t seconds_low,
                                       std::uint32_t nanoseconds);

}  // namespace rustcam::wayland
