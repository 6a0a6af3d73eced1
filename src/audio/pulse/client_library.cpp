#include "audio/pulse/client_library.h"

#include "platform/shared_library_posix.h"

namespace rustcam::pulse {
namespace {

ClientLibrary load_library() {
  const SharedLibrary file({"libpulse.so.0"}, "sound", "libpulse0");
  ClientLibrary l{};
  file.find("pa_mainloop_new", l.mainloop_new);
  file.find("pa_mainloop_free", l.mainloop_free);
  file.find("pa_mainloop_get_api", l.mainloop_get_api);
  file.find("pa_mainloop_prepare", l.mainloop_prepare);
  file.find("pa_mainloop_poll", l.mainloop_poll);
  file.find("pa_mainloop_dispatch", l.mainloop_dispatch);
  file.find("pa_mainloop_wakeup", l.mainloop_wakeup);
  file.find("pa_context_new", l.context_new);
  file.find("pa_context_connect", l.context_connect);
  file.find("pa_context_disconnect", l.context_disconnect);
  file.find("pa_context_unref", l.context_unref);
  file.find("pa_context_get_state", l.context_get_state);
  file.find("pa_context_errno", l.context_errno);
  file.find("pa_context_subscribe", l.context_subscribe);
  file.find("pa_context_set_subscribe_callback", l.context_set_subscribe_callback);
  file.find("pa_context_get_server_info", l.context_get_server_info);
  file.find("pa_context_get_sink_info_list", l.context_get_sink_info_list);
  file.find("pa_context_get_source_info_list", l.context_get_source_info_list);
  file.find("pa_context_get_sink_input_info_list", l.context_get_sink_input_info_list);
  file.find("pa_context_get_source_output_info", l.context_get_source_output_info);
  file.find("pa_operation_unref", l.operation_unref);
  file.find("pa_operation_cancel", l.operation_cancel);
  file.find("pa_operation_get_state", l.operation_get_state);
  file.find("pa_proplist_gets", l.proplist_gets);
  file.find("pa_channel_map_init_stereo", l.channel_map_init_stereo);
  file.find("pa_stream_new", l.stream_new);
  file.find("pa_stream_unref", l.stream_unref);
  file.find("pa_stream_connect_record", l.stream_connect_record);
  file.find("pa_stream_disconnect", l.stream_disconnect);
  file.find("pa_stream_get_state", l.stream_get_state);
  file.find("pa_stream_get_index", l.stream_get_index);
  file.find("pa_stream_is_suspended", l.stream_is_suspended);
  file.find("pa_stream_set_monitor_stream", l.stream_set_monitor_stream);
  file.find("pa_stream_set_suspended_callback", l.stream_set_suspended_callback);
  file.find("pa_stream_set_overflow_callback", l.stream_set_overflow_callback);
  file.find("pa_stream_peek", l.stream_peek);
  file.find("pa_stream_drop", l.stream_drop);
  file.find("pa_stream_readable_size", l.stream_readable_size);
  file.find("pa_stream_update_timing_info", l.stream_update_timing_info);
  file.find("pa_stream_get_timing_info", l.stream_get_timing_info);
  file.find("pa_strerror", l.strerror);
  return l;
}

}  // namespace

const ClientLibrary& library() {
  static const ClientLibrary loaded = load_library();
  return loaded;
}

}  // namespace rustcam::pulse
