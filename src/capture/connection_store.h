// Connections to a display that one user after another has.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "capture/patience.h"

namespace rustcam {

/// `Connection` has a constructor from Patience, reuse(const Patience&) (false: of no more use, or
/// to another display than the environment names now) and settle() noexcept (to be called before
/// somebody else has it; false: of no more use). May be used from any thread.
template <typename Connection>
class ConnectionStore {
 public:
  /// While one lives, a connection that nobody needs just now stays open for whoever needs one
  /// next. So a command that lists, chooses and captures connects once, and a server that resets
  /// itself when its last client leaves finds no moment without one.
  class Keeper {
   public:
    explicit Keeper(ConnectionStore& store) : store_(store) {
      const std::lock_guard lock(store_.mutex_);
      ++store_.keepers_;
    }
    ~Keeper() {
      std::unique_ptr<Connection> closed;
      const std::lock_guard lock(store_.mutex_);
      if (--store_.keepers_ == 0) closed = std::move(store_.idle_);
    }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

   private:
    ConnectionStore& store_;
  };

  /// A connection for one user: the one that was kept, or a new one. Whoever changes what the
  /// server sends to it undoes that before the lease ends.
  class Lease {
   public:
    /// Throws what Connection's constructor throws.
    Lease(ConnectionStore& store, const Patience& patience)
        : store_(store), connection_(store.take_idle()) {
      if (connection_ && connection_->reuse(patience)) return;
      connection_.reset();
      connection_ = std::make_unique<Connection>(patience);
    }
    /// Hands it back if there is a keeper; else closes it.
    ~Lease() {
      if (!connection_->settle()) return;
      const std::lock_guard lock(store_.mutex_);
      if (store_.keepers_ > 0 && !store_.idle_) store_.idle_ = std::move(connection_);
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }

   private:
    ConnectionStore& store_;
    std::unique_ptr<Connection> connection_;
  };

 private:
  std::unique_ptr<Connection> take_idle() {
    const std::lock_guard lock(mutex_);
    return std::move(idle_);
  }

  std::mutex mutex_;
  int keepers_ = 0;
  std::unique_ptr<Connection> idle_;  ///< empty while there is no keeper
};

}  // namespace rustcam
