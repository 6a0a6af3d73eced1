#include "media/hardware_options.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "media/ffmpeg.h"

namespace rustcam {
namespace {

/// Of --crf.
constexpr double default_quality = 23;
constexpr double coarsest_quality = 51;
/// They take 0 for a quality of their own choice.
constexpr double finest_quality = 1;

/// Releases differ in what they know.
void set_if_known(AVCodecContext& context, const char* key, const std::string& value) {
  av_opt_set(&context, key, value.c_str(), AV_OPT_SEARCH_CHILDREN);
}

double quality(const OutputRequest& request) {
  return std::max(request.crf.value_or(default_quality), finest_quality);
}

}  // namespace

void apply_nvenc(const OutputRequest& request, const Preset& preset, AVCodecContext& context) {
  set_if_known(context, "preset", std::string(preset.nvenc));
  // Without pictures between others and without a look ahead, this one delays nothing either. The
  // tunings for low latency would only hold each single picture to its share of a bit rate, which
  // spoils text when a whole screen changes.
  set_if_known(context, "tune", "hq");
  set_if_known(context, "rc-lookahead", "0");
  set_if_known(context, "zerolatency", "1");
  set_if_known(context, "delay", "0");
  set_if_known(context, "rc", "vbr");
  if (request.bitrate) return;
  // A constant quality, which FFmpeg's usual bit rate would be a ceiling for.
  set_if_known(context, "cq", std::to_string(quality(request)));
  context.bit_rate = 0;
}

void apply_vaapi(const OutputRequest& request, const Preset& preset, AVCodecContext& context) {
  set_if_known(context, "async_depth", "1");
  // Drivers choose well for themselves, and not all have the same steps.
  if (request.preset) context.compression_level = preset.vaapi;
  if (request.bitrate) return;
  set_if_known(context, "rc_mode", "CQP");
  constexpr double av1_coarsest = 255;
  const double scale = context.codec_id == AV_CODEC_ID_AV1 ? av1_coarsest / coarsest_quality : 1;
  context.global_quality = static_cast<int>(std::lround(quality(request) * scale));
  context.bit_rate = 0;
}

}  // namespace rustcam
