#include "audio/pulse/device_source.h"

#include <cstdint>
#include <stop_token>
#include <utility>

#include "audio/sound.h"
#include "base/error.h"

namespace rustcam::pulse {
namespace {

constexpr std::uint32_t lowest_rate = 8000;
constexpr std::uint32_t highest_rate = 384000;

/// How a source is asked for: its own rate, and its own channels up to stereo.
StreamRequest request_for(const pa_sample_spec& spec, const pa_channel_map& map) {
  StreamRequest request;
  request.spec = spec;
  request.spec.format = PA_SAMPLE_FLOAT32NE;
  request.map = map;
  if (spec.rate < lowest_rate || spec.rate > highest_rate)
    request.spec.rate = static_cast<std::uint32_t>(sound_rate);
  if (spec.channels > 2) {
    request.spec.channels = 2;
    library().channel_map_init_stereo(&request.map);
  }
  return request;
}

}  // namespace

DeviceSource::DeviceSource(std::unique_ptr<Connection> connection, Recordable what, Follows follows)
    : connection_(std::move(connection)),
      what_(std::move(what)),
      follows_(follows),
      request_(request_for(what_.spec, what_.map)) {
  request_.source = what_.device.id;
  request_.fragment = fragment_for(server_facts(*connection_));
  const ClientLibrary& l = library();
  pa_context* context = connection_->context();
  if (follows_ != Follows::nothing) {
    l.context_set_subscribe_callback(
        context,
        [](pa_context*, pa_subscription_event_type_t, std::uint32_t, void* self) {
          static_cast<DeviceSource*>(self)->ask_ = true;
        },
        this);
    connection_->finish(
        l.context_subscribe(context, PA_SUBSCRIPTION_MASK_SERVER, nullptr, nullptr));
    ask_ = true;  // it may have changed before we were told of changes
  }
  stream_ = std::make_unique<RecordStream>(*connection_, request_);
  connection_->wait([&] { return !stream_->opening(); });
  if (stream_->gone()) lost();
}

DeviceSource::~DeviceSource() = default;

void DeviceSource::lost() const {
  throw AccessLost("'" + what_.device.name + "' cannot be recorded any more (" +
                   connection_->reason() + ")");
}

bool DeviceSource::has_moved() {
  if (ask_) {
    ask_ = false;
    question_.ask(library().context_get_server_info(connection_->context(), &take_server, &facts_));
  }
  if (follows_ == Follows::default_sink) return !facts_.sink.empty() && facts_.sink != what_.sink;
  if (follows_ == Follows::default_source)
    return !facts_.source.empty() && facts_.source != what_.device.id;
  return false;
}

SoundStatus DeviceSource::read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) return SoundStatus::cancelled;
    if (has_moved()) return SoundStatus::moved;
    if (stream_->gone()) {
      if (follows_ != Follows::nothing) return SoundStatus::moved;
      lost();
    }
    if (stream_->take(block)) return SoundStatus::block;
    const TimePoint at = now();
    if (stream_->hangs()) throw DeviceError("the sound server does not answer: it hangs");
    if (at >= deadline) return SoundStatus::timed_out;
    connection_->turn(deadline, stop);
  }
}

}  // namespace rustcam::pulse
