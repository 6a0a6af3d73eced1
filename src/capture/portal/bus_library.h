// systemd's D-Bus client, loaded when it is first needed.
#pragma once

#include <systemd/sd-bus.h>

namespace rustcam::portal {

/// The functions that are used, as its header declares them.
struct BusLibrary {
  decltype(&::sd_bus_open_user) open_user;
  decltype(&::sd_bus_close_unref) close_unref;
  decltype(&::sd_bus_flush) flush;
  decltype(&::sd_bus_is_ready) is_ready;
  decltype(&::sd_bus_get_fd) get_fd;
  decltype(&::sd_bus_get_events) get_events;
  decltype(&::sd_bus_get_timeout) get_timeout;
  decltype(&::sd_bus_get_unique_name) get_unique_name;
  decltype(&::sd_bus_process) process;
  decltype(&::sd_bus_send) send;
  decltype(&::sd_bus_call_async) call_async;
  decltype(&::sd_bus_add_match_async) add_match_async;
  decltype(&::sd_bus_slot_unref) slot_unref;
  decltype(&::sd_bus_message_new_method_call) new_method_call;
  decltype(&::sd_bus_message_ref) message_ref;
  decltype(&::sd_bus_message_unref) message_unref;
  decltype(&::sd_bus_message_append_basic) append_basic;
  decltype(&::sd_bus_message_open_container) open_container;
  decltype(&::sd_bus_message_close_container) close_container;
  decltype(&::sd_bus_message_read_basic) read_basic;
  decltype(&::sd_bus_message_enter_container) enter_container;
  decltype(&::sd_bus_message_exit_container) exit_container;
  decltype(&::sd_bus_message_peek_type) peek_type;
  decltype(&::sd_bus_message_skip) skip;
  decltype(&::sd_bus_message_is_method_error) is_method_error;
  decltype(&::sd_bus_message_get_error) get_error;
  decltype(&::sd_bus_message_get_sender) get_sender;
  decltype(&::sd_bus_message_get_path) get_path;
  decltype(&::sd_bus_message_get_member) get_member;
};

/// Loads it at the first call; it stays loaded. elogind's and basu's are the same library on
/// systems without systemd. May be called from any thread. Throws DeviceError, naming the package.
const BusLibrary& bus_library();

}  // namespace rustcam::portal
