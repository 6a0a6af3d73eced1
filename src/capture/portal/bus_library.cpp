#include "capture/portal/bus_library.h"

#include "platform/shared_library_posix.h"

namespace rustcam::portal {
namespace {

BusLibrary load_library() {
  const SharedLibrary file({"libsystemd.so.0", "libelogind.so.0", "libbasu.so.0"},
                           "the desktop's portal", "libsystemd0");
  BusLibrary l{};
  file.find("sd_bus_open_user", l.open_user);
  file.find("sd_bus_close_unref", l.close_unref);
  file.find("sd_bus_flush", l.flush);
  file.find("sd_bus_is_ready", l.is_ready);
  file.find("sd_bus_get_fd", l.get_fd);
  file.find("sd_bus_get_events", l.get_events);
  file.find("sd_bus_get_timeout", l.get_timeout);
  file.find("sd_bus_get_unique_name", l.get_unique_name);
  file.find("sd_bus_process", l.process);
  file.find("sd_bus_send", l.send);
  file.find("sd_bus_call_async", l.call_async);
  file.find("sd_bus_add_match_async", l.add_match_async);
  file.find("sd_bus_slot_unref", l.slot_unref);
  file.find("sd_bus_message_new_method_call", l.new_method_call);
  file.find("sd_bus_message_ref", l.message_ref);
  file.find("sd_bus_message_unref", l.message_unref);
  file.find("sd_bus_message_append_basic", l.append_basic);
  file.find("sd_bus_message_open_container", l.open_container);
  file.find("sd_bus_message_close_container", l.close_container);
  file.find("sd_bus_message_read_basic", l.read_basic);
  file.find("sd_bus_message_enter_container", l.enter_container);
  file.find("sd_bus_message_exit_container", l.exit_container);
  file.find("sd_bus_message_peek_type", l.peek_type);
  file.find("sd_bus_message_skip", l.skip);
  file.find("sd_bus_message_is_method_error", l.is_method_error);
  file.find("sd_bus_message_get_error", l.get_error);
  file.find("sd_bus_message_get_sender", l.get_sender);
  file.find("sd_bus_message_get_path", l.get_path);
  file.find("sd_bus_message_get_member", l.get_member);
  return l;
}

}  // namespace

const BusLibrary& bus_library() {
  static const BusLibrary loaded = load_library();
  return loaded;
}

}  // namespace rustcam::portal
