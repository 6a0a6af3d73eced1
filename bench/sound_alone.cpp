// What the sound encoder costs when everything else is free: ready-made samples of a tone, in
// memory, paced as a recording paces them, through FFmpeg's aac in this process. usage:
// bench_sound_alone SECONDS BITRATE
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
}

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/rational.h"
#include "platform/precise_timer.h"
#include "platform/process_stats.h"

namespace {

using namespace rustcam;

constexpr int rate = 48000;
constexpr int channels = 2;

struct Free {
  void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
  void operator()(AVFrame* f) const { av_frame_free(&f); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
};
using Encoder = std::unique_ptr<AVCodecContext, Free>;
using Sound = std::unique_ptr<AVFrame, Free>;

void check(int status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + " failed");
}

Encoder open(std::int64_t bitrate) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  if (codec == nullptr) throw std::runtime_error("FFmpeg has no aac");
  Encoder encoder(avcodec_alloc_context3(codec));
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->sample_rate = rate;
  encoder->time_base = {1, rate};
  encoder->bit_rate = bitrate;
  av_channel_layout_default(&encoder->ch_layout, channels);
  check(avcodec_open2(encoder.get(), codec, nullptr), "opening aac");
  return encoder;
}

/// The tone of `record --audio device:tone`.
std::vector<Sound> make_sound(const AVCodecContext& encoder, int seconds) {
  constexpr double hz = 440;
  constexpr double loudness = 0.25;
  std::vector<Sound> blocks;
  for (std::int64_t at = 0; at < std::int64_t{rate} * seconds; at += encoder.frame_size) {
    Sound block(av_frame_alloc());
    block->format = AV_SAMPLE_FMT_FLTP;
    block->sample_rate = rate;
    block->nb_samples = encoder.frame_size;
    check(av_channel_layout_copy(&block->ch_layout, &encoder.ch_layout), "describing sound");
    check(av_frame_get_buffer(block.get(), 0), "making sound");
    for (int i = 0; i < encoder.frame_size; ++i) {
      const double value =
          loudness * std::sin(2 * std::numbers::pi * hz * static_cast<double>(at + i) / rate);
      for (int c = 0; c < channels; ++c)
        reinterpret_cast<float*>(block->extended_data[c])[i] = static_cast<float>(value);
    }
    block->pts = at;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::int64_t encode(AVCodecContext& encoder, const AVFrame* sound) {
  check(avcodec_send_frame(&encoder, sound), "encoding");
  const std::unique_ptr<AVPacket, Free> packet(av_packet_alloc());
  std::int64_t bytes = 0;
  while (avcodec_receive_packet(&encoder, packet.get()) == 0) {
    bytes += packet->size;
    av_packet_unref(packet.get());
  }
  return bytes;
}

void run(int seconds, std::int64_t bitrate) {
  const Encoder encoder = open(bitrate);
  const std::vector<Sound> blocks = make_sound(*encoder, seconds);
  PreciseTimer timer;
  const Rational blocks_a_second = make_rational(rate, encoder->frame_size);
  const Duration before = process_cpu_time();
  const TimePoint begin = now();
  std::int64_t bytes = 0;
  for (std::size_t n = 0; n < blocks.size(); ++n) {
    timer.sleep_until(begin + slot_offset(blocks_a_second, static_cast<std::int64_t>(n)));
    bytes += encode(*encoder, blocks[n].get());
  }
  bytes += encode(*encoder, nullptr);
  std::printf("{\"cpu_s\": %.6f, \"wall_s\": %.6f, \"bytes\": %lld}\n",
              to_s(process_cpu_time() - before), to_s(now() - begin),
              static_cast<long long>(bytes));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_sound_alone SECONDS BITRATE\n", stderr);
    return 2;
  }
  av_log_set_level(AV_LOG_ERROR);
  try {
    run(std::atoi(argv[1]), std::atoll(argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_sound_alone: %s\n", error.what());
    return 1;
  }
  return 0;
}
