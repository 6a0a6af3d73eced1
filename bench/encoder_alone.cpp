// What the encoder costs when everything else is free: ready-made yuv420p pictures of a stimulus,
// in memory, paced as a recording paces them, through libx264 with FFmpeg's own defaults for
// threads. usage: bench_encoder_alone SCENE WxH FPS FRAMES PRESET CRF GOP
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/rational.h"
#include "image/convert.h"
#include "image/image.h"
#include "platform/precise_timer.h"
#include "platform/process_stats.h"
#include "stimulus/scene.h"

namespace {

using namespace rustcam;

struct Free {
  void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
  void operator()(AVFrame* f) const { av_frame_free(&f); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
};
using Encoder = std::unique_ptr<AVCodecContext, Free>;
using Picture = std::unique_ptr<AVFrame, Free>;

struct Job {
  std::string scene;
  Size size;
  int fps = 60;
  int frames = 300;
  std::string preset;
  std::string crf;
  int gop = 60;
};

void check(int status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + " failed");
}

Encoder open(const Job& job) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) throw std::runtime_error("FFmpeg has no libx264");
  Encoder encoder(avcodec_alloc_context3(codec));
  encoder->width = job.size.width;
  encoder->height = job.size.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = {1, job.fps};
  encoder->framerate = {job.fps, 1};
  encoder->gop_size = job.gop;
  encoder->thread_count = 0;
  av_opt_set(encoder->priv_data, "preset", job.preset.c_str(), 0);
  av_opt_set(encoder->priv_data, "crf", job.crf.c_str(), 0);
  check(avcodec_open2(encoder.get(), codec, nullptr), "opening libx264");
  return encoder;
}

Picture blank(Size size) {
  Picture picture(av_frame_alloc());
  picture->format = AV_PIX_FMT_YUV420P;
  picture->width = size.width;
  picture->height = size.height;
  check(av_frame_get_buffer(picture.get(), 64), "making a picture");
  return picture;
}

ImageView view_of(const AVFrame& picture) {
  ImageView view;
  view.format = PixelFormat::yuv420p;
  view.size = {picture.width, picture.height};
  for (std::size_t i = 0; i < 3; ++i) view.planes[i] = {picture.data[i], picture.linesize[i]};
  return view;
}

std::vector<Picture> make_pictures(const Job& job) {
  const auto scene = make_scene(job.scene, job.size);
  Image screen(PixelFormat::bgra, job.size);
  std::vector<Picture> pictures;
  for (int n = 0; n < job.frames; ++n) {
    scene->draw(n, n == 0 ? Region(Rect::of(job.size)) : scene->dirty(n - 1, n), screen.view());
    pictures.push_back(blank(job.size));
    convert(as_const(screen.view()), view_of(*pictures.back()));
    pictures.back()->pts = n;
  }
  return pictures;
}

std::int64_t encode(AVCodecContext& encoder, const AVFrame* picture) {
  check(avcodec_send_frame(&encoder, picture), "encoding");
  const std::unique_ptr<AVPacket, Free> packet(av_packet_alloc());
  std::int64_t bytes = 0;
  while (avcodec_receive_packet(&encoder, packet.get()) == 0) {
    bytes += packet->size;
    av_packet_unref(packet.get());
  }
  return bytes;
}

void run(const Job& job) {
  const std::vector<Picture> pictures = make_pictures(job);
  const Encoder encoder = open(job);
  PreciseTimer timer;
  const Rational rate = make_rational(job.fps, 1);
  const Duration before = process_cpu_time();
  const TimePoint begin = now();
  std::int64_t bytes = 0;
  for (int n = 0; n < job.frames; ++n) {
    timer.sleep_until(begin + slot_offset(rate, n));
    bytes += encode(*encoder, pictures[static_cast<std::size_t>(n)].get());
  }
  bytes += encode(*encoder, nullptr);
  std::printf("{\"cpu_s\": %.6f, \"wall_s\": %.6f, \"frames\": %d, \"bytes\": %lld}\n",
              to_s(process_cpu_time() - before), to_s(now() - begin), job.frames,
              static_cast<long long>(bytes));
}

}  // namespace

int main(int argc, char** argv) {
  Job job;
  if (argc != 8 || std::sscanf(argv[2], "%dx%d", &job.size.width, &job.size.height) != 2) {
    std::fputs("usage: bench_encoder_alone SCENE WxH FPS FRAMES PRESET CRF GOP\n", stderr);
    return 2;
  }
  job.scene = argv[1];
  job.fps = std::atoi(argv[3]);
  job.frames = std::atoi(argv[4]);
  job.preset = argv[5];
  job.crf = argv[6];
  job.gop = std::atoi(argv[7]);
  try {
    run(job);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_encoder_alone: %s\n", error.what());
    return 1;
  }
  return 0;
}
