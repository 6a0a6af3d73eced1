#include "support/three_tracks.h"

#include <cmath>
#include <new>
#include <numbers>
#include <utility>

#include "base/error.h"
#include "image/picture.h"
#include "media/open_sink.h"
#include "media/video_sink.h"

namespace rustcam::test {
namespace {

constexpr Size size{96, 64};

void check(int result) {
  if (result < 0) throw MediaError("the tone's encoder failed: " + av_error_text(result));
}

/// A square that moves with `number`, on a gradient.
Frame picture(int number) {
  auto image = std::make_shared<Picture>(Image(PixelFormat::bgra, size));
  const int left = number * 5 % (size.width - 16);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = image->view().row(y) + 4 * x;
      const bool inside = x >= left && x < left + 16 && y >= 8 && y < 24;
      p[0] = static_cast<std::uint8_t>(inside ? 20 : x * 2);
      p[1] = static_cast<std::uint8_t>(inside ? 230 : y * 3);
      p[2] = static_cast<std::uint8_t>(inside ? 200 : x + y);
      p[3] = 255;
    }
  Frame frame;
  frame.picture = std::move(image);
  return frame;
}

std::unique_ptr<VideoTrack> open_track(const std::string& path, const Rational& fps,
                                       const std::string& encoder) {
  OutputRequest request;
  request.path = path;
  request.encoder = encoder;
  request.fps = fps;
  if (encoder == "mpeg4") request.encoder_options = {{"bf", "2"}};
  EncoderReport report;
  std::vector<Warning> warnings;
  return open_video_track(plan_output(request), size, report, warnings, open_encoder);
}

}  // namespace

NotingSink::NotingSink(PacketSink& next, const std::vector<StreamInfo>& streams) : next_(next) {
  for (const StreamInfo& info : streams)
    streams_.push_back({info.time_base, info.parameters->codec_id, {}, 0});
}

void NotingSink::write(AVPacket& packet, StreamId stream) {
  streams_.at(static_cast<std::size_t>(stream))
      .packets.push_back(
          {packet.pts, packet.dts, packet.duration, {packet.data, packet.data + packet.size}});
  next_.write(packet, stream);
}

void NotingSink::end(StreamId stream, Ticks end) {
  streams_.at(static_cast<std::size_t>(stream)).end = end;
  next_.end(stream, end);
}

ToneTrack::ToneTrack(Ticks start) : frame_(make_frame()), packet_(make_packet()), next_(start) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (codec == nullptr) throw MediaError("FFmpeg here has no AAC encoder");
  encoder_.reset(avcodec_alloc_context3(codec));
  if (!encoder_) throw std::bad_alloc();
  encoder_->sample_rate = ThreeTracks::sample_rate;
  encoder_->time_base = {1, ThreeTracks::sample_rate};
  encoder_->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default(&encoder_->ch_layout, 1);
  check(avcodec_open2(encoder_.get(), codec, nullptr));
}

void ToneTrack::connect(PacketSink& sink, StreamId id) noexcept {
  sink_ = &sink;
  id_ = id;
}

void ToneTrack::write(Ticks until) {
  for (; next_ + encoder_->frame_size <= until; next_ += encoder_->frame_size) {
    av_frame_unref(frame_.get());
    frame_->format = encoder_->sample_fmt;
    frame_->sample_rate = encoder_->sample_rate;
    frame_->nb_samples = encoder_->frame_size;
    check(av_channel_layout_copy(&frame_->ch_layout, &encoder_->ch_layout));
    check(av_frame_get_buffer(frame_.get(), 0));
    auto* samples = reinterpret_cast<float*>(frame_->data[0]);
    for (int i = 0; i < frame_->nb_samples; ++i) {
      constexpr double pitch = 440;
      const double turns = pitch * static_cast<double>(next_ + i) / ThreeTracks::sample_rate;
      samples[i] = static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * turns));
    }
    frame_->pts = next_;
    check(avcodec_send_frame(encoder_.get(), frame_.get()));
    receive();
  }
}

void ToneTrack::finish(Ticks end) {
  write(end);
  check(avcodec_send_frame(encoder_.get(), nullptr));
  receive();
  sink_->end(id_, end);
}

void ToneTrack::receive() {
  while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) sink_->write(*packet_, id_);
}

ThreeTracks::ThreeTracks(const std::string& path, Ticks tone_start) : tone_(tone_start) {
  videos_.push_back(open_track(path, {60, 1}, "x264"));
  videos_.push_back(open_track(path, {24000, 1001}, "mpeg4"));
}

std::vector<StreamInfo> ThreeTracks::streams() const {
  std::vector<StreamInfo> streams;
  for (const auto& video : videos_) streams.push_back(video->stream());
  streams.push_back(tone_.stream());
  return streams;
}

void ThreeTracks::write(PacketSink& sink, int slots) {
  for (std::size_t i = 0; i < videos_.size(); ++i)
    videos_[i]->connect(sink, static_cast<StreamId>(i));
  tone_.connect(sink, static_cast<StreamId>(videos_.size()));
  constexpr int samples_in_slot = sample_rate / 60;
  std::int64_t slow = 0;  // slots of the other video
  for (int slot = 0; slot < slots; ++slot) {
    videos_[0]->write(picture(slot), Rect::of(size), slot);
    for (; slow * 60 * 1001 <= std::int64_t{slot} * 24000; ++slow)
      videos_[1]->write(picture(static_cast<int>(slow)), Rect::of(size), slow);
    tone_.write(Ticks{slot} * samples_in_slot);
  }
  videos_[0]->finish(slots);
  videos_[1]->finish(slow);
  tone_.finish(Ticks{slots} * samples_in_slot);
  sink.finish();
}

}  // namespace rustcam::test
