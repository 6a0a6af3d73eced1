#include "media/encoder_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/one_of.h"
#include "media/hardware_options.h"
#include "media/log_capture.h"
#include "media/names.h"
#include "media/preset.h"

namespace rustcam {
namespace {

constexpr std::string_view default_preset = "veryfast";

constexpr double x264_crf_max = 51;
constexpr double av1_crf_max = 63;
constexpr double rav1e_qp_max = 255;
constexpr double default_vpx_crf = 23;
constexpr std::int64_t bitrate_min = 1000;
constexpr std::int64_t bitrate_max = 2'000'000'000;
constexpr int gop_max = 100'000;

bool has_presets(EncoderFamily f) {
  return f != EncoderFamily::raw && f != EncoderFamily::gif && f != EncoderFamily::mpeg &&
         f != EncoderFamily::other;
}

/// A quality, though perhaps no presets.
bool has_quality(EncoderFamily f) {
  return has_presets(f) || f == EncoderFamily::mpeg;
}

bool is_lossy(EncoderFamily f) {
  return f != EncoderFamily::raw && f != EncoderFamily::gif;
}

[[noreturn]] void means_nothing(const std::string& option, const AVCodec& codec,
                                const std::string& advice) {
  throw UsageError(option + " means nothing to the encoder " + codec.name + ": " + advice);
}

/// FFmpeg's own options differ between builds; one that is absent there is not needed.
void set(AVCodecContext& context, const char* key, const std::string& value) {
  av_opt_set(&context, key, value.c_str(), AV_OPT_SEARCH_CHILDREN);
}

std::string crf_text(double crf, double scale_max) {
  return std::to_string(std::lround(crf * scale_max / x264_crf_max));
}

int thread_count() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// x264 holds back a frame for each of its threads, as many as it looks ahead, and these.
constexpr int x264_held_besides = 2;

int x264_threads(const Preset& preset, std::optional<int> max_delay) {
  const int by_itself = thread_count() == 1 ? 1 : thread_count() * 3 / 2;
  if (by_itself == 1 || by_itself >= preset.threads) return by_itself;
  const bool too_long =
      max_delay && *max_delay < preset.threads + preset.lookahead + x264_held_besides;
  return too_long ? by_itself : preset.threads;
}

void limit_x264_delay(const Preset& preset, int max_delay, AVCodecContext& context) {
  const int lookahead = max_delay - context.thread_count - x264_held_besides;
  if (lookahead < 0) {
    context.thread_type = FF_THREAD_SLICE;
    set(context, "rc-lookahead", "0");
    // Else it waits for the next picture's time to know how long this one lasts.
    if (max_delay == 0) set(context, "x264-params", "force-cfr=1:sync-lookahead=0");
  } else if (lookahead < preset.lookahead) {
    set(context, "rc-lookahead", std::to_string(lookahead));
  }
}

void apply_x264(const OutputRequest& request, const Preset& preset, std::optional<int> max_delay,
                AVCodecContext& context) {
  set(context, "preset", std::string(preset.name));
  if (request.crf) set(context, "crf", std::to_string(*request.crf));
  context.thread_count = x264_threads(preset, max_delay);
  if (max_delay) limit_x264_delay(preset, *max_delay, context);
}

void apply_x265(const OutputRequest& request, const Preset& preset, std::optional<int> max_delay,
                AVCodecContext& context) {
  set(context, "preset", std::string(preset.name));
  if (request.crf) set(context, "crf", std::to_string(*request.crf));
  std::string parameters = "log-level=none:bframes=0";
  if (max_delay) {
    constexpr int frame_threads = 2;
    const int lookahead = std::clamp(*max_delay - frame_threads - 1, 0, 15);
    parameters += ":rc-lookahead=" + std::to_string(lookahead);
    parameters += ":frame-threads=" + std::to_string(lookahead == 0 ? 1 : frame_threads);
  }
  set(context, "x265-params", parameters);
}

void apply_vpx(const OutputRequest& request, const Preset& preset, const AVCodec& codec,
               AVCodecContext& context) {
  set(context, "deadline", "realtime");
  set(context, "cpu-used", std::to_string(preset.vpx_speed));
  set(context, "lag-in-frames", "0");
  if (!request.bitrate) {
    // VP8's scale begins at 4.
    const double finest = codec.id == AV_CODEC_ID_VP8 ? 4 * x264_crf_max / av1_crf_max : 0;
    set(context, "crf",
        crf_text(std::max(request.crf.value_or(default_vpx_crf), finest), av1_crf_max));
    // VP8 knows constant quality only below a ceiling.
    constexpr std::int64_t vp8_ceiling = 100'000'000;
    context.bit_rate = codec.id == AV_CODEC_ID_VP8 ? vp8_ceiling : 0;
  }
  if (codec.id == AV_CODEC_ID_VP9) {
    set(context, "row-mt", "1");
    set(context, "tile-columns", "2");
    set(context, "tune-content", "screen");
  }
  context.thread_count = std::min(thread_count(), 16);
}

void apply_svtav1(const OutputRequest& request, const Preset& preset, AVCodecContext& context) {
  set(context, "preset", std::to_string(preset.svtav1));
  // FFmpeg takes 0 for no quality at all.
  constexpr double finest = 1;
  if (!request.bitrate)
    set(context, "crf",
        crf_text(std::max(request.crf.value_or(default_vpx_crf), finest), av1_crf_max));
  // Newer releases take a bit rate in low delay as a constant one (2) only.
  set(context, "svtav1-params",
      request.bitrate ? "pred-struct=1:lookahead=0:rc=2" : "pred-struct=1:lookahead=0");
}

void apply_aom(const OutputRequest& request, const Preset& preset, AVCodecContext& context) {
  set(context, "usage", "realtime");
  set(context, "cpu-used", std::to_string(preset.aom_speed));
  set(context, "row-mt", "1");
  set(context, "lag-in-frames", "0");
  context.thread_count = std::min(thread_count(), 16);
  if (request.bitrate) return;
  set(context, "crf", crf_text(request.crf.value_or(default_vpx_crf), av1_crf_max));
  context.bit_rate = 0;
}

void apply_rav1e(const OutputRequest& request, const Preset& preset, AVCodecContext& context) {
  set(context, "speed", std::to_string(preset.rav1e_speed));
  set(context, "rav1e-params", "low_latency=true");
  if (!request.bitrate)
    set(context, "qp", crf_text(request.crf.value_or(default_vpx_crf), rav1e_qp_max));
}

/// MPEG's scale of quantisers is linear in their size, x264's in the size's logarithm.
void apply_mpeg(const OutputRequest& request, AVCodecContext& context) {
  constexpr double finest = 1;
  constexpr double coarsest = 31;
  if (request.bitrate) return;
  const double crf = request.crf.value_or(default_vpx_crf);
  const double quantiser = std::clamp(0.85 * std::exp2((crf - 12) / 6), finest, coarsest);
  context.flags |= AV_CODEC_FLAG_QSCALE;
  context.global_quality = static_cast<int>(std::lround(quantiser * FF_QP2LAMBDA));
}

/// x264 complains of a wrong one on stderr, past FFmpeg's log.
void check_x264_tune(std::string_view value) {
  constexpr std::array<std::string_view, 9> tunes{"film",       "animation",   "grain",
                                                  "stillimage", "psnr",        "ssim",
                                                  "fastdecode", "zerolatency", "touhou"};
  while (!value.empty()) {
    const std::size_t length = std::min(value.find_first_of(",./-+"), value.size());
    if (std::find(tunes.begin(), tunes.end(), value.substr(0, length)) == tunes.end())
      throw UsageError("the encoder libx264 refuses tune=" + std::string(value) +
                       ": choose film, animation, grain, stillimage, fastdecode or zerolatency");
    value.remove_prefix(std::min(length + 1, value.size()));
  }
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.emplace_back(preset.name);
  return names;
}

void check_encoder_options(const OutputRequest& request, const AVCodec& codec) {
  const EncoderFamily family = traits_of(codec).family;
  if (request.preset) {
    if (find_preset(*request.preset) == nullptr)
      throw UsageError("unknown preset '" + *request.preset + "': choose " +
                       one_of(preset_names()));
    if (!has_presets(family))
      means_nothing("--preset", codec, "leave it out, or use --encoder-option");
  }
  if (request.crf) {
    if (!(*request.crf >= 0 && *request.crf <= x264_crf_max))
      throw UsageError("--crf must be 0 (best) to 51 (smallest)");
    if (!has_quality(family))
      means_nothing("--crf", codec,
                    is_lossy(family) ? "use --bitrate or --encoder-option" : "leave it out");
  }
  if (request.bitrate) {
    if (*request.bitrate < bitrate_min || *request.bitrate > bitrate_max)
      throw UsageError("--bitrate must be 1K to 2000M bits a second");
    if (!is_lossy(family)) means_nothing("--bitrate", codec, "leave it out");
    if (request.crf) throw UsageError("--crf and --bitrate exclude one another: choose one");
  }
  if (request.gop) {
    if (*request.gop < 1 || *request.gop > gop_max)
      throw UsageError("--gop must be 1 to " + std::to_string(gop_max) + " frames");
    if (!is_lossy(family)) means_nothing("--gop", codec, "every picture stands for itself");
  }
}

std::optional<std::string> effective_preset(const OutputRequest& request, const AVCodec& codec) {
  const EncoderFamily family = traits_of(codec).family;
  if (!has_presets(family)) return std::nullopt;
  if (family == EncoderFamily::vaapi) return request.preset;
  return request.preset.value_or(std::string(default_preset));
}

void apply_encoder_options(const OutputRequest& request, const AVCodec& codec,
                           std::optional<int> max_delay, AVCodecContext& context) {
  const EncoderFamily family = traits_of(codec).family;
  context.thread_count = family == EncoderFamily::raw ? 1 : 0;
  if (is_lossy(family)) context.max_b_frames = 0;
  if (request.bitrate) context.bit_rate = *request.bitrate;
  if (request.gop) context.gop_size = *request.gop;
  if (family == EncoderFamily::mpeg) return apply_mpeg(request, context);
  if (!has_presets(family)) return;
  const Preset& preset = *find_preset(request.preset ? *request.preset : default_preset);
  switch (family) {
    case EncoderFamily::x264:
      return apply_x264(request, preset, max_delay, context);
    case EncoderFamily::x265:
      return apply_x265(request, preset, max_delay, context);
    case EncoderFamily::nvenc:
      return apply_nvenc(request, preset, context);
    case EncoderFamily::vaapi:
      return apply_vaapi(request, preset, context);
    case EncoderFamily::vpx:
      return apply_vpx(request, preset, codec, context);
    case EncoderFamily::svtav1:
      return apply_svtav1(request, preset, context);
    case EncoderFamily::aom:
      return apply_aom(request, preset, context);
    case EncoderFamily::rav1e:
      return apply_rav1e(request, preset, context);
    default:
      return;
  }
}

void apply_user_options(const OutputRequest& request, const AVCodec& codec,
                        AVCodecContext& context) {
  LogCapture log;
  for (const auto& [key, value] : request.encoder_options) {
    log.clear();
    if (key == "tune" && traits_of(codec).family == EncoderFamily::x264) check_x264_tune(value);
    const int result = av_opt_set(&context, key.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
    if (result == AVERROR_OPTION_NOT_FOUND)
      throw UsageError("the encoder " + std::string(codec.name) + " has no option '" + key +
                       "'; `ffmpeg -h encoder=" + codec.name + "` shows them");
    if (result < 0)
      throw UsageError("the encoder " + std::string(codec.name) + " refuses " + key + "=" + value +
                       ": " + log.reason(result));
  }
}

}  // namespace rustcam
