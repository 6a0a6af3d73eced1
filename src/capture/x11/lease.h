// Connections that one user after another has.
#pragma once

#include <memory>

#include "capture/patience.h"
#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// While one lives, a connection that nobody needs just now stays open for whoever needs one next.
/// So a command that lists, chooses and captures connects once, and a server that resets itself
/// when its last client leaves finds no moment without one. May be used from any thread.
class ConnectionKeeper {
 public:
  ConnectionKeeper();
  ~ConnectionKeeper();
  ConnectionKeeper(const ConnectionKeeper&) = delete;
  ConnectionKeeper& operator=(const ConnectionKeeper&) = delete;
};

/// A connection to $DISPLAY for one user: the one that was kept, or a new one. Whoever changes what
/// the server sends to it (selections, windows) undoes that before the lease ends.
class ConnectionLease {
 public:
  /// Throws what Connection's constructor throws.
  explicit ConnectionLease(const Patience& patience);
  /// Hands it back if there is a keeper; else closes it.
  ~ConnectionLease();
  ConnectionLease(const ConnectionLease&) = delete;
  ConnectionLease& operator=(const ConnectionLease&) = delete;

  const Connection& operator*() const noexcept { return *connection_; }
  const Connection* operator->() const noexcept { return connection_.get(); }

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace rustcam::x11
