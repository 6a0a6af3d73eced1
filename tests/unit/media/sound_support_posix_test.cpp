#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "media/ffmpeg.h"
#include "sound_support.h"

namespace rustcam::media_test {

float ChirpFeed::value(SoundTime at) {
  const SoundTime inside = (at % period + period) % period;
  if (inside >= length) return 0;
  const double t = static_cast<double>(inside) / length;
  constexpr double first_turns = 5;  // 500 Hz, up to 4 kHz
  constexpr double more_turns = 35;
  const double turns = first_turns * t + more_turns * t * t / 2;
  const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * t);
  return static_cast<float>(0.6 * window * std::sin(2 * std::numbers::pi * turns));
}

void ChirpFeed::read(SoundTime from, std::span<float> into) {
  const auto count = static_cast<SoundTime>(into.size()) / sound_channels;
  if (from < end_) in_order_ = false;
  skipped_ += std::max<SoundTime>(from - end_, 0);
  end_ = from + count;
  if (end_ > available_) waited_for_ = end_;
  for (std::size_t i = 0; i < into.size(); i += 2) {
    into[i] = value(from + static_cast<SoundTime>(i) / sound_channels - late_);
    into[i + 1] = -into[i];
  }
}

namespace {

struct CloseInput {
  void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
};

float sample_of(const AVFrame& frame, int channel, int i) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  const std::uint8_t* data = frame.extended_data[planar ? channel : 0];
  const int at = planar ? i : i * frame.ch_layout.nb_channels + channel;
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_S16:
      return static_cast<float>(reinterpret_cast<const std::int16_t*>(data)[at]) / 32768.0F;
    case AV_SAMPLE_FMT_S32:
      return static_cast<float>(reinterpret_cast<const std::int32_t*>(data)[at] / 2147483648.0);
    case AV_SAMPLE_FMT_FLT:
      return reinterpret_cast<const float*>(data)[at];
    default:
      FAIL("a sample format that the test does not know");
      return 0;
  }
}

struct Listener {
  CodecContextPtr decoder;
  AVRational time_base{};
  /// Of the next sample, in samples from the file's time 0.
  std::optional<SoundTime> next;
  Heard heard;

  void open(const AVStream& stream) {
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    REQUIRE(codec != nullptr);
    decoder.reset(avcodec_alloc_context3(codec));
    REQUIRE(avcodec_parameters_to_context(decoder.get(), stream.codecpar) >= 0);
    decoder->pkt_timebase = time_base = stream.time_base;
    REQUIRE(avcodec_open2(decoder.get(), codec, nullptr) >= 0);
    heard.codec = avcodec_get_name(codec->id);
    for (const char* key : {"title", "handler_name"}) {
      const auto* title = av_dict_get(stream.metadata, key, nullptr, 0);
      if (heard.title.empty() && title != nullptr) heard.title = title->value;
    }
    heard.is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
  }

  void decode(const AVPacket* packet, SoundTime zero) {
    if (avcodec_send_packet(decoder.get(), packet) < 0) return;
    const FramePtr frame = make_frame();
    while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
      REQUIRE(frame->sample_rate == sound_rate);
      REQUIRE(frame->ch_layout.nb_channels == sound_channels);
      // As players do, a frame whose time is rounded joins the one before.
      if (frame->best_effort_timestamp != AV_NOPTS_VALUE) {
        const SoundTime told =
            av_rescale_q(frame->best_effort_timestamp, time_base, {1, sound_rate});
        constexpr SoundTime rounding = 50;
        if (!next || std::abs(*next - told) > rounding) next = told;
      }
      REQUIRE(next);
      for (int i = 0; i < frame->nb_samples; ++i) put(*next + i - zero, *frame, i);
      *next += frame->nb_samples;
    }
  }

  void put(SoundTime at, const AVFrame& frame, int i) {
    if (at < 0) return;
    const auto index = static_cast<std::size_t>(at);
    if (heard.left.size() <= index) {
      heard.left.resize(index + 1);
      heard.right.resize(index + 1);
    }
    heard.left[index] = sample_of(frame, 0, i);
    heard.right[index] = sample_of(frame, 1, i);
  }
};

}  // namespace

std::vector<Heard> hear(const std::string& path) {
  AVFormatContext* opened = nullptr;
  REQUIRE(avformat_open_input(&opened, path.c_str(), nullptr, nullptr) == 0);
  const std::unique_ptr<AVFormatContext, CloseInput> format(opened);
  REQUIRE(avformat_find_stream_info(format.get(), nullptr) >= 0);
  std::vector<Listener> listeners(format->nb_streams);
  std::optional<SoundTime> zero;
  std::vector<PacketPtr> packets;
  for (unsigned i = 0; i < format->nb_streams; ++i)
    if (format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      listeners[i].open(*format->streams[i]);
  for (PacketPtr packet = make_packet(); av_read_frame(format.get(), packet.get()) >= 0;
       packet = make_packet()) {
    const AVStream& stream = *format->streams[packet->stream_index];
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
      const SoundTime shown = av_rescale_q(packet->pts, stream.time_base, {1, sound_rate});
      zero = std::min(zero.value_or(shown), shown);
    } else {
      packets.push_back(std::move(packet));
    }
  }
  REQUIRE(zero);
  for (const PacketPtr& packet : packets)
    listeners[static_cast<std::size_t>(packet->stream_index)].decode(packet.get(), *zero);
  std::vector<Heard> heard;
  for (Listener& listener : listeners) {
    if (!listener.decoder) continue;
    listener.decode(nullptr, *zero);
    heard.push_back(std::move(listener.heard));
  }
  return heard;
}

std::vector<SoundTime> chirp_offsets(std::span<const float> left, SoundTime from) {
  constexpr SoundTime reach = sound_rate / 25;
  const auto size = static_cast<SoundTime>(left.size());
  std::vector<float> chirp;
  for (SoundTime i = 0; i < ChirpFeed::length; ++i) chirp.push_back(ChirpFeed::value(i));
  std::vector<SoundTime> offsets;
  const SoundTime first = (from + ChirpFeed::period - 1) / ChirpFeed::period * ChirpFeed::period;
  for (SoundTime at = first - from; at + ChirpFeed::length <= size; at += ChirpFeed::period) {
    float best = 0;
    SoundTime found = 0;
    for (SoundTime by = -reach; by <= reach; ++by) {
      float likeness = 0;
      const SoundTime begin = std::max<SoundTime>(-at - by, 0);
      const SoundTime end = std::min(ChirpFeed::length, size - at - by);
      const float* const there = left.data() + at + by;
      for (SoundTime i = begin; i < end; ++i)
        likeness += there[i] * chirp[static_cast<std::size_t>(i)];
      if (likeness > best) {
        best = likeness;
        found = by;
      }
    }
    constexpr float surely_there = 15;
    if (best > surely_there) offsets.push_back(found);
  }
  return offsets;
}

}  // namespace rustcam::media_test
