// libpulse, loaded when it is first needed.
#pragma once

#include <pulse/pulseaudio.h>

namespace rustcam::pulse {

/// The functions of libpulse that are used, as its headers declare them.
struct ClientLibrary {
  decltype(&::pa_mainloop_new) mainloop_new;
  decltype(&::pa_mainloop_free) mainloop_free;
  decltype(&::pa_mainloop_get_api) mainloop_get_api;
  decltype(&::pa_mainloop_prepare) mainloop_prepare;
  decltype(&::pa_mainloop_poll) mainloop_poll;
  decltype(&::pa_mainloop_dispatch) mainloop_dispatch;
  decltype(&::pa_mainloop_wakeup) mainloop_wakeup;
  decltype(&::pa_context_new) context_new;
  decltype(&::pa_context_connect) context_connect;
  decltype(&::pa_context_disconnect) context_disconnect;
  decltype(&::pa_context_unref) context_unref;
  decltype(&::pa_context_get_state) context_get_state;
  decltype(&::pa_context_errno) context_errno;
  decltype(&::pa_context_subscribe) context_subscribe;
  decltype(&::pa_context_set_subscribe_callback) context_set_subscribe_callback;
  decltype(&::pa_context_get_server_info) context_get_server_info;
  decltype(&::pa_context_get_sink_info_list) context_get_sink_info_list;
  decltype(&::pa_context_get_source_info_list) context_get_source_info_list;
  decltype(&::pa_context_get_sink_input_info_list) context_get_sink_input_info_list;
  decltype(&::pa_context_get_source_output_info) context_get_source_output_info;
  decltype(&::pa_operation_unref) operation_unref;
  decltype(&::pa_operation_cancel) operation_cancel;
  decltype(&::pa_operation_get_state) operation_get_state;
  decltype(&::pa_proplist_gets) proplist_gets;
  decltype(&::pa_channel_map_init_stereo) channel_map_init_stereo;
  decltype(&::pa_stream_new) stream_new;
  decltype(&::pa_stream_unref) stream_unref;
  decltype(&::pa_stream_connect_record) stream_connect_record;
  decltype(&::pa_stream_disconnect) stream_disconnect;
  decltype(&::pa_stream_get_state) stream_get_state;
  decltype(&::pa_stream_get_index) stream_get_index;
  decltype(&::pa_stream_is_suspended) stream_is_suspended;
  decltype(&::pa_stream_set_monitor_stream) stream_set_monitor_stream;
  decltype(&::pa_stream_set_suspended_callback) stream_set_suspended_callback;
  decltype(&::pa_stream_set_overflow_callback) stream_set_overflow_callback;
  decltype(&::pa_stream_peek) stream_peek;
  decltype(&::pa_stream_drop) stream_drop;
  decltype(&::pa_stream_readable_size) stream_readable_size;
  decltype(&::pa_stream_update_timing_info) stream_update_timing_info;
  decltype(&::pa_stream_get_timing_info) stream_get_timing_info;
  decltype(&::pa_strerror) strerror;
};

/// Loads it at the first call; it stays loaded. May be called from any thread. Throws DeviceError,
/// naming the package, if it is not installed or too old.
const ClientLibrary& library();

}  // namespace rustcam::pulse
