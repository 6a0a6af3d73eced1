// What is said between us and the desktop's portal (org.freedesktop.portal.ScreenCast) over D-Bus.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/geometry.h"
#include "capture/patience.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::portal {

/// The portal's own numbers (SelectSources' cursor_mode).
enum class CursorMode : std::uint32_t { hidden = 1, embedded = 2, metadata = 4 };
/// The portal's own numbers (SelectSources' types).
enum class SourceType : std::uint32_t { monitor = 1, window = 2, made_up = 4 };

/// What this portal can do.
struct Abilities {
  std::uint32_t version = 0;  ///< of its interface; 4 remembers choices
  std::uint32_t source_types = 0;
  std::uint32_t cursor_modes = 0;

  bool has(CursorMode mode) const noexcept {
    return (cursor_modes & static_cast<std::uint32_t>(mode)) != 0;
  }
  bool has(SourceType type) const noexcept {
    return (source_types & static_cast<std::uint32_t>(type)) != 0;
  }
};

struct CastRequest {
  SourceType type = SourceType::monitor;
  CursorMode cursor = CursorMode::metadata;  ///< must be one of the portal's abilities
  std::string restore_token;                 ///< of an earlier choice; empty: ask
};

/// What the user has allowed.
struct Cast {
  std::uint32_t node = 0;               ///< PipeWire's id of the stream's node
  std::optional<std::uint64_t> serial;  ///< PipeWire's serial number of it (portal version 6)
  std::optional<Point> position;        ///< in desktop coordinates
  std::optional<Size> size;             ///< the same
  std::string restore_token;            ///< for the next time, once; empty: nothing is remembered
};

/// A connection to the session's bus, and one screen cast at a time. May be used from any thread,
/// one call at a time.
class Conversation {
 public:
  /// Throws DeviceError that names what is missing and the package: the library, the bus, the
  /// portal, its ScreenCast; AccessLost if one of them does not answer in time; Interrupted.
  explicit Conversation(const Patience& patience);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  const Abilities& abilities() const noexcept;
  /// Ends the cast before, if there was one, and begins another: the user's answer is waited for
  /// without limit, all others as `patience` says. A token that the portal refuses is dropped, and
  /// the user asked. Throws Cancelled, DuplicationError (refused, with the portal's reason),
  /// DeviceError (the portal or the bus has gone), AccessLost (no answer), Interrupted.
  Cast start(const CastRequest& request, const Patience& patience);
  /// A new connection to PipeWire that sees this cast only. Throws as start() does.
  UniqueFd open_remote(const Patience& patience);

  /// Readable once something has come from the bus.
  int descriptor() const noexcept;
  /// Takes what has come. Why there is no cast any more: the desktop has ended it, or the portal or
  /// the bus has gone; nullopt: it goes on.
  std::optional<std::string> ended();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam::portal
