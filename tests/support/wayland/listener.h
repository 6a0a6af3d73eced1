// A wl_listener that calls a function once and removes itself at its end.
#pragma once

#include <functional>
#include <utility>

#include "protocols.h"

namespace rustcam::test {

class Listener {
 public:
  Listener() {
    raw_.owner = this;
    raw_.listener.notify = notify;
    wl_list_init(&raw_.listener.link);
  }
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Calls `what` when the object is destroyed, unless stopped before. `what` may destroy this.
  void on_destroy(wl_resource* resource, std::function<void()> what) {
    stop();
    what_ = std::move(what);
    wl_resource_add_destroy_listener(resource, &raw_.listener);
  }
  void on_destroy(wl_client* client, std::function<void()> what) {
    stop();
    what_ = std::move(what);
    wl_client_add_destroy_listener(client, &raw_.listener);
  }
  void stop() {
    wl_list_remove(&raw_.listener.link);
    wl_list_init(&raw_.listener.link);
  }

 private:
  struct Raw {
    wl_listener listener;
    Listener* owner;
  };

  static void notify(wl_listener* listener, void*) {
    Listener* self = reinterpret_cast<Raw*>(listener)->owner;
    self->stop();
    const std::function<void()> what = std::move(self->what_);
    what();
  }

  Raw raw_{};
  std::function<void()> what_;
};

}  // namespace rustcam::test
