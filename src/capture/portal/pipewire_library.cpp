#include "capture/portal/pipewire_library.h"

#include <cstdlib>

#include "platform/shared_library_posix.h"

namespace rustcam::portal {
namespace {

PipewireLibrary load_pipewire() {
  const SharedLibrary file({"libpipewire-0.3.so.0"}, "the desktop's screen cast",
                           "libpipewire-0.3-0");
  PipewireLibrary l{};
  file.find("pw_thread_loop_new", l.thread_loop_new);
  file.find("pw_thread_loop_destroy", l.thread_loop_destroy);
  file.find("pw_thread_loop_get_loop", l.thread_loop_get_loop);
  file.find("pw_thread_loop_start", l.thread_loop_start);
  file.find("pw_thread_loop_stop", l.thread_loop_stop);
  file.find("pw_thread_loop_lock", l.thread_loop_lock);
  file.find("pw_thread_loop_unlock", l.thread_loop_unlock);
  file.find("pw_context_new", l.context_new);
  file.find("pw_context_destroy", l.context_destroy);
  file.find("pw_context_connect_fd", l.context_connect_fd);
  file.find("pw_core_disconnect", l.core_disconnect);
  file.find("pw_properties_new", l.properties_new);
  file.find("pw_properties_set", l.properties_set);
  file.find("pw_stream_new", l.stream_new);
  file.find("pw_stream_destroy", l.stream_destroy);
  file.find("pw_stream_add_listener", l.stream_add_listener);
  file.find("pw_stream_connect", l.stream_connect);
  file.find("pw_stream_update_params", l.stream_update_params);
  file.find("pw_stream_dequeue_buffer", l.stream_dequeue_buffer);
  file.find("pw_stream_queue_buffer", l.stream_queue_buffer);
  file.find("pw_stream_set_active", l.stream_set_active);
  decltype(&::pw_init) init = nullptr;
  file.find("pw_init", init);
  decltype(&::pw_log_set_level) log_set_level = nullptr;
  file.find("pw_log_set_level", log_set_level);
  init(nullptr, nullptr);
  // What it would print is told by us, where it matters; unless someone looks for an error in it.
  if (std::getenv("PIPEWIRE_DEBUG") == nullptr) log_set_level(SPA_LOG_LEVEL_NONE);
  return l;
}

}  // namespace

const PipewireLibrary& pipewire() {
  static const PipewireLibrary loaded = load_pipewire();
  return loaded;
}

}  // namespace rustcam::portal
