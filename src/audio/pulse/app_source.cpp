#include "audio/pulse/app_source.h"

#include <algorithm>
#include <utility>

#include "audio/sound.h"
#include "base/error.h"

namespace rustcam::pulse {

AppSource::AppSource(std::unique_ptr<Connection> connection, const std::string& name)
    : connection_(std::move(connection)), mixer_(sound_rate) {
  fragment_ = fragment_for(server_facts(*connection_));
  device_.id = device_.name = name;
  device_.kind = SoundKind::app;
  device_.rate = sound_rate;
  device_.channels = sound_channels;
  const ClientLibrary& l = library();
  pa_context* context = connection_->context();
  l.context_set_subscribe_callback(
      context,
      [](pa_context*, pa_subscription_event_type_t, std::uint32_t, void* self) {
        static_cast<AppSource*>(self)->look_ = true;
      },
      this);
  connection_->finish(
      l.context_subscribe(context, PA_SUBSCRIPTION_MASK_SINK_INPUT, nullptr, nullptr));
}

AppSource::~AppSource() = default;

int AppSource::rate() const noexcept {
  return sound_rate;
}

int AppSource::channels() const noexcept {
  return sound_channels;
}

/// Asks what plays, and takes the answer to an earlier question.
void AppSource::look() {
  if (question_.open()) return;
  if (question_.asked()) {
    question_.drop();
    take_list();
  }
  if (!look_) return;
  look_ = false;
  playing_.clear();
  question_.ask(library().context_get_sink_input_info_list(connection_->context(), &take_sink_input,
                                                           &playing_));
}

void AppSource::take_list() {
  std::erase_if(playing_, [&](const Playing& one) { return !is_program(one, device_.id); });
  std::erase_if(streams_, [&](const auto& entry) {
    const bool plays = std::any_of(playing_.begin(), playing_.end(),
                                   [&](const Playing& one) { return one.index == entry.first; });
    if (!plays) mixer_.remove(entry.first);
    return !plays;
  });
  for (const Playing& one : playing_) {
    std::unique_ptr<RecordStream>& stream = streams_[one.index];
    if (stream != nullptr) continue;
    StreamRequest request;
    request.sink_input = one.index;
    request.fragment = fragment_;
    request.spec = {PA_SAMPLE_FLOAT32NE, static_cast<std::uint32_t>(sound_rate),
                    static_cast<std::uint8_t>(sound_channels)};
    library().channel_map_init_stereo(&request.map);
    stream = std::make_unique<RecordStream>(*connection_, request);
  }
}

void AppSource::collect() {
  for (auto& [index, stream] : streams_) {
    if (stream == nullptr) continue;
    SoundBlock block;
    while (stream->take(block)) mixer_.add(index, block, now());
    if (stream->hangs()) throw DeviceError("the sound server does not answer: it hangs");
    if (!stream->gone()) continue;
    // Its program has stopped, or plays to another sink: the server tells so next.
    mixer_.remove(index);
    stream.reset();
  }
}

SoundStatus AppSource::read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) return SoundStatus::cancelled;
    look();
    collect();
    const TimePoint at = now();
    if (mixer_.take(block, mixed_, at)) return SoundStatus::block;
    if (at >= deadline) return SoundStatus::timed_out;
    connection_->turn(std::min(deadline, mixer_.due()), stop);
  }
}

}  // namespace rustcam::pulse
