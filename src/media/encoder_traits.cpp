#include "media/encoder_traits.h"

#include <array>

#include "base/error.h"
#include "media/names.h"

namespace rustcam {
namespace {

struct Known {
  std::string_view name;
  EncoderTraits traits;
};

constexpr Size jpeg_limit{65500, 65500};
constexpr Size vpx_limit{16383, 16383};

constexpr std::array<Known, 24> known{{
    {"libx264", {EncoderFamily::x264, {16384, 16384}, true, false}},
    {"libx265", {EncoderFamily::x265, {16384, 16384}, true, false, {16, 16}}},
    {"h264_nvenc", {EncoderFamily::nvenc, {4096, 4096}, true, true}},
    {"hevc_nvenc", {EncoderFamily::nvenc, {8192, 8192}, true, true}},
    {"av1_nvenc", {EncoderFamily::nvenc, {8192, 8192}, true, true}},
    {"h264_vaapi", {EncoderFamily::vaapi, {4096, 4096}, true, true}},
    {"hevc_vaapi", {EncoderFamily::vaapi, {8192, 8192}, true, true}},
    {"av1_vaapi", {EncoderFamily::vaapi, {8192, 8192}, true, true}},
    {"libvpx", {EncoderFamily::vpx, vpx_limit, false, false, {1, 1}, 35}},
    {"libvpx-vp9", {EncoderFamily::vpx, {16384, 16384}, false, false, {1, 1}, 35}},
    {"libsvtav1", {EncoderFamily::svtav1, {16384, 8704}, true, false, {64, 64}, 50}},
    {"libaom-av1", {EncoderFamily::aom, {16384, 16384}, false, false, {1, 1}, 15}},
    {"librav1e", {EncoderFamily::rav1e, {16384, 16384}, false, false, {16, 16}, 10}},
    {"rawvideo", {EncoderFamily::raw, {65535, 65535}, false, false}},
    {"wrapped_avframe", {EncoderFamily::raw, {65535, 65535}, false, false}},
    {"gif", {EncoderFamily::gif, {65535, 65535}, false, false}},
    {"ffv1", {EncoderFamily::other, {65535, 65535}, false, false}},
    {"ffvhuff", {EncoderFamily::other, {16384, 16384}, true, false}},
    {"mjpeg", {EncoderFamily::mpeg, jpeg_limit, false, false}},
    {"mpeg4", {EncoderFamily::mpeg, {8191, 8191}, false, false}},
    {"libxvid", {EncoderFamily::mpeg, {16384, 16384}, true, false}},
    {"mpeg2video", {EncoderFamily::mpeg, {16383, 16383}, false, false}},
    {"mpeg1video", {EncoderFamily::mpeg, {4095, 4095}, false, false}},
    {"libopenh264", {EncoderFamily::other, {4096, 2304}, true, false}},
}};

bool is_available(const std::string& name) {
  return avcodec_find_encoder_by_name(name.c_str()) != nullptr;
}

}  // namespace

EncoderTraits traits_of(const AVCodec& codec) {
  const std::string_view name = codec.name;
  for (const Known& k : known)
    if (k.name == name) return k.traits;
  EncoderTraits traits;
  // Not every wrapper says itself that its work is done by a chip.
  traits.hardware = (codec.capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) != 0 ||
                    name.ends_with("_omx") || name.ends_with("_v4l2m2m");
  traits.even_420 = traits.hardware;
  return traits;
}

bool fits(Size size, const EncoderTraits& traits) noexcept {
  return size.width <= traits.largest.width && size.height <= traits.largest.height &&
         size.width >= traits.smallest.width && size.height >= traits.smallest.height;
}

std::vector<std::string> encoder_names() {
  std::vector<std::string> names{"auto", "x264", "nvenc", "rawvideo"};
  for (const Known& k : known)
    if (k.traits.family != EncoderFamily::raw) names.emplace_back(k.name);
  return names;
}

std::vector<std::string> encoder_candidates(std::string_view requested,
                                            const Container& container) {
  if (requested == "auto") {
    if (!container.encoder.empty()) return {std::string(container.encoder)};
    std::vector<std::string> found;
    for (const char* name : {"h264_nvenc", "h264_vaapi"})
      if (is_available(name)) found.emplace_back(name);
    for (const char* name : {"libx264", "libopenh264", "mpeg4"}) {
      if (!is_available(name)) continue;
      found.emplace_back(name);
      break;
    }
    return found;
  }
  if (requested == "x264") return {"libx264"};
  if (requested == "nvenc") return {"h264_nvenc"};
  return {std::string(requested)};
}

const AVCodec& find_encoder(const std::string& name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
  if (codec == nullptr || codec->type != AVMEDIA_TYPE_VIDEO)
    throw UsageError("unknown encoder '" + name +
                     "': FFmpeg here has no such video encoder; `list encoders` shows them");
  return *codec;
}

}  // namespace rustcam
