#include "media/audio_encoder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/sound.h"
#include "base/error.h"
#include "base/one_of.h"
#include "media/audio_samples.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

constexpr std::int64_t default_bitrate = 160'000;

/// Names that mean something else to FFmpeg, or nothing.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> own_names{
    {{"aac", "aac"}, {"opus", "libopus"}, {"pcm", "pcm_s16le"}}};

const AVCodec* find_audio_encoder(const std::string& name) {
  std::string wanted = name;
  for (const auto& [own, encoder] : own_names)
    if (name == own) wanted = encoder;
  const AVCodec* codec = avcodec_find_encoder_by_name(wanted.c_str());
  if (codec == nullptr)
    if (const AVCodecDescriptor* described = avcodec_descriptor_get_by_name(wanted.c_str()))
      codec = avcodec_find_encoder(described->id);
  return codec != nullptr && codec->type == AVMEDIA_TYPE_AUDIO ? codec : nullptr;
}

bool takes_bitrate(const AVCodec& codec) {
  const AVCodecDescriptor* described = avcodec_descriptor_get(codec.id);
  const bool lossless = described != nullptr && (described->props & AV_CODEC_PROP_LOSSLESS) != 0;
  return !lossless && av_get_bits_per_sample(codec.id) == 0;
}

struct Opened {
  CodecContextPtr context;  ///< null: it did not open
  std::string complaint;
  int result = 0;
};

Opened open_encoder_of(const AVCodec& codec, std::optional<std::int64_t> bitrate,
                       const Container& container) {
  Opened opened;
  opened.context.reset(avcodec_alloc_context3(&codec));
  if (!opened.context) throw std::bad_alloc();
  AVCodecContext& context = *opened.context;
  context.sample_rate = sound_rate;
  context.time_base = {1, sound_rate};
  av_channel_layout_default(&context.ch_layout, sound_channels);
  context.sample_fmt = choose_audio_format(codec);
  if (takes_bitrate(codec)) context.bit_rate = bitrate.value_or(default_bitrate);
  context.thread_count = 1;
  const AVOutputFormat* muxer =
      av_guess_format(std::string(container.muxer).c_str(), nullptr, nullptr);
  if (muxer != nullptr && (muxer->flags & AVFMT_GLOBALHEADER) != 0)
    context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  LogCapture log;
  opened.result =
      context.sample_fmt == AV_SAMPLE_FMT_NONE ? AVERROR(EINVAL) : open_codec(context, codec);
  opened.complaint = log.complaint();
  if (opened.complaint.empty() && opened.result < 0)
    opened.complaint = av_error_text(opened.result);
  if (opened.result < 0) opened.context.reset();
  return opened;
}

std::vector<std::string> sound_containers(AVCodecID codec, bool pipes_only) {
  std::vector<std::string> names;
  for (const Container& c : containers())
    if ((c.pipe || !pipes_only) && can_hold_sound(c, codec)) names.emplace_back(c.name);
  return names;
}

void check_holds_sound(const Container& container, const AVCodec& codec, bool to_stdout) {
  if (can_hold_sound(container, codec.id)) return;
  const auto others = sound_containers(codec.id, to_stdout);
  throw UsageError(std::string(container.name) + " cannot hold the sound that " + codec.name +
                   " makes so that it could be read back: " +
                   (others.empty() ? "choose" : "use " + one_of(others) + ", or choose") +
                   " another --audio-codec (here " + std::string(container.sound) + ")");
}

void check_bitrate(const AVCodec& codec, std::optional<std::int64_t> bitrate,
                   const Container& container) {
  if (bitrate && !takes_bitrate(codec))
    throw UsageError("--audio-bitrate means nothing to " + std::string(codec.name) +
                     ", which loses nothing: leave it out");
  const Opened opened = open_encoder_of(codec, bitrate, container);
  const std::string name = codec.name;
  if (!opened.context && bitrate && open_encoder_of(codec, std::nullopt, container).context)
    throw UsageError("the encoder " + name + " refuses --audio-bitrate " +
                     std::to_string(*bitrate) + ": " + opened.complaint);
  if (!opened.context)
    throw UsageError("the encoder " + name + " does not open for 48 kHz stereo (" +
                     opened.complaint + "): choose another --audio-codec");
  if (bitrate && opened.context->bit_rate != *bitrate)
    throw UsageError("the encoder " + name + " refuses --audio-bitrate " +
                     std::to_string(*bitrate) + ": it takes " +
                     std::to_string(opened.context->bit_rate) + " in its place");
}

}  // namespace

std::string plan_audio_encoder(const OutputRequest& request, const Container& container) {
  const bool to_stdout = request.path == "-";
  if (container.sound.empty()) {
    std::vector<std::string> others;
    for (const Container& c : containers())
      if (!c.sound.empty() && (c.pipe || !to_stdout)) others.emplace_back(c.name);
    throw UsageError(std::string(container.name) + " cannot hold sound: use " + one_of(others) +
                     ", or leave --audio out");
  }
  if (request.audio_bitrate && *request.audio_bitrate < 1)
    throw UsageError("--audio-bitrate must be at least 1 bit a second");
  const std::string asked = request.audio_codec.value_or(std::string(container.sound));
  const AVCodec* codec = find_audio_encoder(asked);
  if (codec == nullptr)
    throw UsageError("FFmpeg here has no encoder of sound '" + asked +
                     "': choose aac, opus, flac or pcm (`ffmpeg -encoders` shows all)");
  check_holds_sound(container, *codec, to_stdout);
  check_bitrate(*codec, request.audio_bitrate, container);
  return codec->name;
}

CodecContextPtr open_audio_encoder(const OutputPlan& plan) {
  const AVCodec* codec = find_audio_encoder(plan.audio_encoder);
  if (codec == nullptr) throw MediaError("FFmpeg here has no encoder " + plan.audio_encoder);
  Opened opened = open_encoder_of(*codec, plan.request.audio_bitrate, *plan.container);
  if (!opened.context)
    throw MediaError("the encoder " + plan.audio_encoder + " does not open: " + opened.complaint,
                     av_error_name(opened.result));
  return std::move(opened.context);
}

std::optional<std::int64_t> audio_bitrate(const AVCodecContext& encoder) {
  if (!takes_bitrate(*encoder.codec)) return std::nullopt;
  return encoder.bit_rate;
}

}  // namespace rustcam
