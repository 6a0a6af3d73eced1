// libpipewire, loaded when it is first needed.
#pragma once

#include <pipewire/pipewire.h>

namespace rustcam::portal {

/// The functions of libpipewire that are used, as its headers declare them.
struct PipewireLibrary {
  decltype(&::pw_thread_loop_new) thread_loop_new;
  decltype(&::pw_thread_loop_destroy) thread_loop_destroy;
  decltype(&::pw_thread_loop_get_loop) thread_loop_get_loop;
  decltype(&::pw_thread_loop_start) thread_loop_start;
  decltype(&::pw_thread_loop_stop) thread_loop_stop;
  decltype(&::pw_thread_loop_lock) thread_loop_lock;
  decltype(&::pw_thread_loop_unlock) thread_loop_unlock;
  decltype(&::pw_context_new) context_new;
  decltype(&::pw_context_destroy) context_destroy;
  decltype(&::pw_context_connect_fd) context_connect_fd;
  decltype(&::pw_core_disconnect) core_disconnect;
  decltype(&::pw_properties_new) properties_new;
  decltype(&::pw_properties_set) properties_set;
  decltype(&::pw_stream_new) stream_new;
  decltype(&::pw_stream_destroy) stream_destroy;
  decltype(&::pw_stream_add_listener) stream_add_listener;
  decltype(&::pw_stream_connect) stream_connect;
  decltype(&::pw_stream_update_params) stream_update_params;
  decltype(&::pw_stream_dequeue_buffer) stream_dequeue_buffer;
  decltype(&::pw_stream_queue_buffer) stream_queue_buffer;
  decltype(&::pw_stream_set_active) stream_set_active;
};

/// Loads it at the first call; it stays loaded. May be called from any thread. Throws DeviceError,
/// naming the package, if it is not installed or too old.
const PipewireLibrary& pipewire();

}  // namespace rustcam::portal
