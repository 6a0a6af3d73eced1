// Connections to the X server that one user after another has.
#pragma once

#include "capture/connection_store.h"
#include "capture/patience.h"
#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// The program's one store of them.
inline ConnectionStore<Connection>& connections() {
  static ConnectionStore<Connection> store;
  return store;
}

class ConnectionKeeper : public ConnectionStore<Connection>::Keeper {
 public:
  ConnectionKeeper() : Keeper(connections()) {}
};

class ConnectionLease : public ConnectionStore<Connection>::Lease {
 public:
  explicit ConnectionLease(const Patience& patience) : Lease(connections(), patience) {}
  const Connection& operator*() const noexcept { return Lease::operator*(); }
};

}  // namespace rustcam::x11
