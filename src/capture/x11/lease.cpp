#include "capture/x11/lease.h"

#include <mutex>
#include <utility>

namespace rustcam::x11 {
namespace {

/// What outlives the users of connections; empty while there is no keeper.
struct Store {
  std::mutex mutex;
  int keepers = 0;
  std::unique_ptr<Connection> idle;
};

Store& store() {
  static Store the_store;
  return the_store;
}

std::unique_ptr<Connection> take_idle() {
  const std::lock_guard lock(store().mutex);
  return std::move(store().idle);
}

}  // namespace

ConnectionKeeper::ConnectionKeeper() {
  const std::lock_guard lock(store().mutex);
  ++store().keepers;
}

ConnectionKeeper::~ConnectionKeeper() {
  std::unique_ptr<Connection> closed;
  const std::lock_guard lock(store().mutex);
  if (--store().keepers == 0) closed = std::move(store().idle);
}

ConnectionLease::ConnectionLease(const Patience& patience) : connection_(take_idle()) {
  if (connection_ && connection_->reuse(patience)) return;
  connection_.reset();
  connection_ = std::make_unique<Connection>(patience);
}

ConnectionLease::~ConnectionLease() {
  if (!connection_->settle()) return;
  const std::lock_guard lock(store().mutex);
  if (store().keepers > 0 && !store().idle) store().idle = std::move(connection_);
}

}  // namespace rustcam::x11
