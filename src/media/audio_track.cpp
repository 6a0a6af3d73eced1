#include "media/audio_track.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>

#include "audio/sound.h"
#include "base/error.h"
#include "base/first_failure.h"
#include "media/audio_encoder.h"
#include "media/audio_samples.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

/// For encoders that take any number of samples: 20 ms.
constexpr int usual_frame_size = sound_rate / 50;

/// Tells the decoder to drop the last `count` samples of what it makes of the packet.
void trim_end(AVPacket& packet, std::int64_t count) {
  constexpr std::size_t size = 10;
  constexpr std::size_t at_end = 4;
  std::size_t given = 0;
  std::uint8_t* data = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &given);
  if (data == nullptr || given < size) {
    data = av_packet_new_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, size);
    if (data == nullptr) throw std::bad_alloc();
    std::fill_n(data, size, std::uint8_t{0});
  }
  for (std::size_t i = 0; i < 4; ++i)
    data[at_end + i] = static_cast<std::uint8_t>(count >> (8 * i) & 0xff);
}

}  // namespace

AudioTrack::AudioTrack(const OutputPlan& plan, std::string title, const SoundInput& input)
    : encoder_(open_audio_encoder(plan)),
      title_(std::move(title)),
      feed_(*input.feed),
      fps_(plan.fps),
      first_slot_(input.first_slot),
      zero_(time_of(0)),
      frame_size_(encoder_->frame_size > 0 ? encoder_->frame_size : usual_frame_size),
      sound_(static_cast<std::size_t>(frame_size_ * sound_channels)),
      frame_(make_frame()),
      packet_(make_packet()) {}

/// The recording's slots have fixed samples, so that the sound of files in succession has no gap.
SoundTime AudioTrack::time_of(std::int64_t slot) const noexcept {
  return av_rescale(first_slot_ + slot, fps_.den * sound_rate, fps_.num);
}

StreamInfo AudioTrack::stream() const {
  StreamInfo info = describe(*encoder_);
  info.title = title_;
  return info;
}

void AudioTrack::connect(PacketSink& sink, StreamId id) noexcept {
  sink_ = &sink;
  id_ = id;
}

void AudioTrack::take(std::int64_t slot) {
  if (failed_) return;
  const Ticks there = std::min(time_of(slot), feed_.available()) - zero_;
  while (next_ + frame_size_ <= there) encode(frame_size_);
}

void AudioTrack::finish(std::int64_t slots) {
  if (std::exchange(finished_, true)) return;
  FirstFailure failure;
  failure.attempt([&] {
    if (failed_) return;
    end_ = time_of(slots) - zero_;
    while (next_ < *end_) encode(static_cast<int>(std::min<Ticks>(frame_size_, *end_ - next_)));
    send(nullptr);
    write_packets();
    given_end_ = *end_;
  });
  failure.attempt([&] { sink_->end(id_, given_end_); });
  failure.rethrow();
}

AudioTrackReport AudioTrack::report() const {
  return {encoder_->codec->name, encoder_->sample_rate, encoder_->ch_layout.nb_channels,
          audio_bitrate(*encoder_), 0};
}

void AudioTrack::encode(int count) {
  const std::span sound(sound_.data(), static_cast<std::size_t>(count * sound_channels));
  feed_.read(zero_ + next_, sound);
  av_frame_unref(frame_.get());
  frame_->format = encoder_->sample_fmt;
  frame_->sample_rate = sound_rate;
  frame_->nb_samples = count;
  av_channel_layout_default(&frame_->ch_layout, sound_channels);
  if (av_frame_get_buffer(frame_.get(), 0) < 0) throw std::bad_alloc();
  fill_samples(sound, *frame_);
  frame_->pts = next_;
  next_ += count;
  send(frame_.get());
  write_packets();
}

void AudioTrack::send(const AVFrame* frame) {
  const LogCapture log;
  const int result = avcodec_send_frame(encoder_.get(), frame);
  if (result != AVERROR_EOF) check(result, log);
}

/// False if the encoder has no packet.
bool AudioTrack::receive() {
  const LogCapture log;
  const int result = avcodec_receive_packet(encoder_.get(), packet_.get());
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return false;
  check(result, log);
  return true;
}

void AudioTrack::check(int result, const LogCapture& log) {
  if (result >= 0) return;
  failed_ = true;
  throw MediaError("the encoder " + std::string(encoder_->codec->name) +
                       " failed: " + log.reason(result) + "; try another --audio-codec",
                   av_error_name(result));
}

void AudioTrack::write_packets() {
  while (receive()) {
    packet_->dts = packet_->pts;
    if (!cut(*packet_)) {
      av_packet_unref(packet_.get());
      continue;
    }
    given_end_ = std::max(given_end_, packet_->pts + packet_->duration);
    try {
      sink_->write(*packet_, id_);
    } catch (...) {
      failed_ = true;
      throw;
    }
  }
}

/// Brings the packet to the end of the track if it reaches beyond. False if nothing is left of it.
bool AudioTrack::cut(AVPacket& packet) const {
  const std::int64_t whole = encoder_->frame_size > 0 ? encoder_->frame_size : packet.duration;
  if (packet.duration <= 0) packet.duration = whole;
  if (!end_) return true;
  const std::int64_t left = *end_ - packet.pts;
  if (left <= 0) return false;
  packet.duration = std::min(packet.duration, left);
  // An encoder that begins before 0 fills its last packet, too; others make a shorter one.
  const bool filled = encoder_->initial_padding > 0;
  if (filled && packet.duration < whole) trim_end(packet, whole - packet.duration);
  return true;
}

}  // namespace rustcam
