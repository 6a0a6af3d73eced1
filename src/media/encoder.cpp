#include "media/encoder.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "media/encoder_device.h"
#include "media/encoder_frames.h"
#include "media/encoder_options.h"
#include "media/encoder_traits.h"
#include "media/encoder_trial.h"
#include "media/log_capture.h"
#include "media/texture_input.h"

namespace rustcam {
namespace {

class FfmpegEncoder final : public Encoder {
 public:
  explicit FfmpegEncoder(CodecContextPtr context) : context_(std::move(context)) {}

  const AVCodecContext& context() const noexcept override { return *context_; }

  AVPixelFormat frame_format() const noexcept override { return memory_format(*context_); }

  void send(const AVFrame& frame) override {
    const LogCapture log;
    const bool elsewhere = context_->hw_frames_ctx != nullptr && frame.hw_frames_ctx == nullptr;
    const FramePtr uploaded = elsewhere ? upload(*context_, frame) : nullptr;
    check(avcodec_send_frame(context_.get(), uploaded ? uploaded.get() : &frame), log);
  }

  void drain() override {
    const LogCapture log;
    const int result = avcodec_send_frame(context_.get(), nullptr);
    if (result != AVERROR_EOF) check(result, log);
  }

  bool receive(AVPacket& packet) override {
    const LogCapture log;
    const int result = avcodec_receive_packet(context_.get(), &packet);
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return false;
    check(result, log);
    return true;
  }

 private:
  void check(int result, const LogCapture& log) const {
    if (result >= 0) return;
    throw MediaError("the encoder " + std::string(context_->codec->name) +
                         " failed: " + log.reason(result) + "; try another --encoder",
                     av_error_name(result));
  }

  CodecContextPtr context_;
};

/// What waits in the encoder is lost by a crash as well, so it gets half of the time and the
/// fragment the other.
std::optional<int> max_delay(const OutputPlan& plan) {
  if (!plan.request.fragment) return std::nullopt;
  // The next picture of a still screen may be far off.
  if (plan.request.vfr) return 0;
  const double half = to_s(*plan.request.fragment) / 2;
  constexpr double any = 1000;
  return static_cast<int>(std::min(any, half * plan.fps.value()));
}

CodecContextPtr configured(const EncoderRequest& request, const AVCodec& codec, Size encoded) {
  CodecContextPtr context(avcodec_alloc_context3(&codec));
  if (!context) throw std::bad_alloc();
  const OutputPlan& plan = request.plan;
  context->width = encoded.width;
  context->height = encoded.height;
  context->pix_fmt = codec.id == AV_CODEC_ID_GIF ? AV_PIX_FMT_PAL8 : request.format.av;
  context->sample_aspect_ratio = {1, 1};
  const int num = static_cast<int>(plan.fps.num);
  const int den = static_cast<int>(plan.fps.den);
  context->time_base = {den, num};
  context->framerate = {num, den};
  tag_colours(request.format, *context);
  if (is_chroma_subsampled(request.format.pixels))
    context->chroma_sample_location = AVCHROMA_LOC_CENTER;
  if (request.textures != nullptr) request.textures->describe(*context);
  const AVOutputFormat* muxer =
      av_guess_format(std::string(request.container.muxer).c_str(), nullptr, nullptr);
  if (muxer != nullptr && (muxer->flags & AVFMT_GLOBALHEADER) != 0)
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  apply_encoder_options(plan.request, codec, max_delay(plan), *context);
  return context;
}

/// Opens with the user's options; if these are what it refuses, that is wrong usage.
OpenedCodec open(const EncoderRequest& request, const AVCodec& codec, Size encoded) {
  LogCapture log;
  const auto configure = [&] { return configured(request, codec, encoded); };
  if (request.plan.request.encoder_options.empty()) return open_on_device(codec, configure, log);

  std::string refusal;
  try {
    OpenedCodec opened = open_on_device(
        codec,
        [&] {
          CodecContextPtr context = configure();
          apply_user_options(request.plan.request, codec, *context);
          return context;
        },
        log);
    // x264 and its like take a wrong inner option for a reason to warn only.
    if (opened.context && !log.mentions("Error parsing option") && !log.mentions("Unknown option"))
      return opened;
    refusal = "the encoder " + std::string(codec.name) +
              " refuses --encoder-option: " + (opened.context ? log.complaint() : opened.error);
  } catch (const UsageError& e) {
    refusal = e.what();
  }
  log.clear();
  OpenedCodec plain = open_on_device(codec, configure, log);
  if (!plain.context) return plain;
  throw UsageError(refusal);
}

/// What does not fit, and advice that was tried at this moment.
std::string unfit(const EncoderRequest& request, const AVCodec& codec, Size encoded) {
  const EncoderTraits traits = traits_of(codec);
  const bool small =
      encoded.width < traits.smallest.width || encoded.height < traits.smallest.height;
  const SampleFormat* asked = request.plan.request.pixel_format ? &request.format : nullptr;
  std::string advice = "use --size";
  if (const auto other = encoder_for_size(request.container, asked, request.picture);
      !other.empty()) {
    advice = "use --encoder " + other + " or --size";
  } else {
    for (const Container& any : containers()) {
      const std::string there = encoder_for_size(any, asked, request.picture);
      if (there.empty()) continue;
      advice += ", or --encoder " + there + " into ." + std::string(any.endings.front());
      break;
    }
  }
  return "the encoder " + std::string(codec.name) + " takes at " +
         (small ? "least " + to_string(traits.smallest) : "most " + to_string(traits.largest)) +
         " pixels, and this is " + to_string(encoded) + ": " + advice;
}

}  // namespace

Size padded_size(const AVCodec& codec, const SampleFormat& format, Size picture) {
  if (!is_chroma_subsampled(format.pixels) || !traits_of(codec).even_420) return picture;
  return {picture.width + picture.width % 2, picture.height + picture.height % 2};
}

std::unique_ptr<Encoder> open_encoder(const EncoderRequest& request, EncoderReport& report) {
  for (const std::string& name : request.plan.encoders) {
    const AVCodec& codec = find_encoder(name);
    const Size encoded = padded_size(codec, request.format, request.picture);
    const bool last = &name == &request.plan.encoders.back();
    OpenedCodec opened;
    if (fits(encoded, traits_of(codec)))
      opened = open(request, codec, encoded);
    else if (last)
      throw UsageError(unfit(request, codec, encoded));
    else
      opened.error = unfit(request, codec, encoded);
    if (opened.context) {
      report.name = name;
      report.hardware = traits_of(codec).hardware;
      report.preset = effective_preset(request.plan.request, codec);
      return std::make_unique<FfmpegEncoder>(std::move(opened.context));
    }
    report.tried.push_back({name, opened.error});
  }
  const auto& failed = report.tried.back();
  throw MediaError("the encoder " + failed.name + " does not open: " + failed.error +
                   "; `list encoders` shows which do");
}

}  // namespace rustcam
