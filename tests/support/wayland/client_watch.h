// Sees what clients do beside the protocols of capture: the memory that they hand over, errors that
// libwayland finds, and what they leave behind.
#pragma once

#include <list>
#include <set>

#include "desk.h"
#include "listener.h"

namespace rustcam::test {

class ClientWatch {
 public:
  /// Watches every client of the display from now on.
  explicit ClientWatch(Desk& desk);
  ~ClientWatch();
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

 private:
  struct Created {
    wl_listener listener;
    ClientWatch* owner;
  };
  static void client_created(wl_listener* listener, void* client);
  static void message(void* self, wl_protocol_logger_type type,
                      const wl_protocol_logger_message* message);
  void client_left(wl_client* client);

  Desk& desk_;
  wl_protocol_logger* logger_;
  Created created_{};
  std::list<Listener> left_;     ///< one for each client
  std::set<wl_client*> guilty_;  ///< clients that have been sent an error
};

}  // namespace rustcam::test
