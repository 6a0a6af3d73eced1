// FFmpeg's PNG encoder at the same work, opened once for many pictures.
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>

#include "png_workload.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace rustcam::bench {
namespace {

struct Free {
  void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
  void operator()(AVFrame* f) const { av_frame_free(&f); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
};

void check(int status) {
  if (status < 0) throw std::runtime_error("FFmpeg cannot write a PNG");
}

class Encoder {
 public:
  Encoder(const ConstImageView& picture, std::optional<int> level)
      : frame_(av_frame_alloc()), packet_(av_packet_alloc()) {
    const AVCodec* codec = avcodec_find_encoder_by_name("png");
    if (codec == nullptr) throw std::runtime_error("FFmpeg has no PNG encoder");
    context_.reset(avcodec_alloc_context3(codec));
    context_->width = frame_->width = picture.width();
    context_->height = frame_->height = picture.height();
    context_->pix_fmt = AV_PIX_FMT_RGB24;
    context_->time_base = {1, 1};
    if (level) context_->compression_level = *level;
    check(avcodec_open2(context_.get(), codec, nullptr));
    frame_->format = AV_PIX_FMT_RGB24;
    check(av_frame_get_buffer(frame_.get(), 0));
    const auto row_bytes = static_cast<std::size_t>(picture.width()) * 3;
    for (std::int32_t y = 0; y < picture.height(); ++y)
      std::memcpy(frame_->data[0] + y * frame_->linesize[0], picture.row(y), row_bytes);
  }

  std::size_t write() {
    frame_->pts = next_++;
    check(avcodec_send_frame(context_.get(), frame_.get()));
    check(avcodec_receive_packet(context_.get(), packet_.get()));
    const auto bytes = static_cast<std::size_t>(packet_->size);
    av_packet_unref(packet_.get());
    return bytes;
  }

 private:
  std::unique_ptr<AVCodecContext, Free> context_;
  std::unique_ptr<AVFrame, Free> frame_;
  std::unique_ptr<AVPacket, Free> packet_;
  std::int64_t next_ = 0;
};

PreparePngWriter ffmpeg(std::optional<int> level) {
  return [=](const ConstImageView& picture) -> PngWriter {
    return [encoder = std::make_shared<Encoder>(picture, level)] { return encoder->write(); };
  };
}

[[maybe_unused]] const int registered =
    add_png_writer("ffmpeg", PixelFormat::rgb, ffmpeg(std::nullopt)) +
    add_png_writer("ffmpeg_level1", PixelFormat::rgb, ffmpeg(1));

}  // namespace
}  // namespace rustcam::bench
