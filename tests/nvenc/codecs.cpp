#include "codecs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "encoder.h"
#include "settings.h"

namespace nvenc {
namespace {

constexpr std::string_view h264 = "h264";
constexpr std::string_view hevc = "hevc";

// The last one is not everywhere.
const std::array<Named, 2> known_codecs{
    {{NV_ENC_CODEC_H264_GUID, h264}, {NV_ENC_CODEC_HEVC_GUID, hevc}}};

const std::array<Named, 7> h264_profiles{{
    {NV_ENC_CODEC_PROFILE_AUTOSELECT_GUID, "auto"},
    {NV_ENC_H264_PROFILE_BASELINE_GUID, "baseline"},
    {NV_ENC_H264_PROFILE_MAIN_GUID, "main"},
    {NV_ENC_H264_PROFILE_HIGH_GUID, "high"},
    {NV_ENC_H264_PROFILE_HIGH_444_GUID, "high444"},
    {NV_ENC_H264_PROFILE_PROGRESSIVE_HIGH_GUID, "progressive_high"},
    {NV_ENC_H264_PROFILE_CONSTRAINED_HIGH_GUID, "constrained_high"},
}};

const std::array<Named, 3> hevc_profiles{{
    {NV_ENC_CODEC_PROFILE_AUTOSELECT_GUID, "auto"},
    {NV_ENC_HEVC_PROFILE_MAIN_GUID, "main"},
    {NV_ENC_HEVC_PROFILE_FREXT_GUID, "rext"},
}};

const std::array<Named, 7> known_presets{{
    {NV_ENC_PRESET_P1_GUID, "p1"},
    {NV_ENC_PRESET_P2_GUID, "p2"},
    {NV_ENC_PRESET_P3_GUID, "p3"},
    {NV_ENC_PRESET_P4_GUID, "p4"},
    {NV_ENC_PRESET_P5_GUID, "p5"},
    {NV_ENC_PRESET_P6_GUID, "p6"},
    {NV_ENC_PRESET_P7_GUID, "p7"},
}};

constexpr std::array<NV_ENC_BUFFER_FORMAT, 6> known_formats{
    NV_ENC_BUFFER_FORMAT_NV12,   NV_ENC_BUFFER_FORMAT_YV12, NV_ENC_BUFFER_FORMAT_IYUV,
    NV_ENC_BUFFER_FORMAT_YUV444, NV_ENC_BUFFER_FORMAT_ARGB, NV_ENC_BUFFER_FORMAT_ABGR};

bool is_high_quality(NV_ENC_TUNING_INFO tuning) {
  return tuning == NV_ENC_TUNING_INFO_HIGH_QUALITY || tuning == NV_ENC_TUNING_INFO_LOSSLESS;
}

int largest(const GUID& codec, std::uint32_t asked) {
  if (asked != 0) return static_cast<int>(asked);
  return name_in(codecs(), codec) == hevc ? 8192 : 4096;
}

}  // namespace

bool operator==(const Named& named, const GUID& guid) {
  return std::memcmp(&named.guid, &guid, sizeof guid) == 0;
}

std::span<const Named> codecs() {
  return std::span(known_codecs).first(has_hevc() ? 2 : 1);
}

std::span<const Named> profiles(const GUID& codec) {
  if (name_in(codecs(), codec) == h264) return h264_profiles;
  if (name_in(codecs(), codec) == hevc) return hevc_profiles;
  return {};
}

std::span<const Named> presets() {
  return known_presets;
}

std::span<const NV_ENC_BUFFER_FORMAT> formats() {
  return known_formats;
}

std::string_view name_in(std::span<const Named> list, const GUID& guid) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Named& each) { return each == guid; });
  return found == list.end() ? std::string_view{} : found->name;
}

int capability(const GUID& codec, NV_ENC_CAPS which) {
  const bool b_frames = !fails("no_b_frames");
  switch (which) {
    case NV_ENC_CAPS_NUM_MAX_BFRAMES:
      return b_frames ? 4 : 0;
    case NV_ENC_CAPS_SUPPORT_BFRAME_REF_MODE:
      return b_frames ? 2 : 0;
    case NV_ENC_CAPS_SUPPORTED_RATECONTROL_MODES:
      return NV_ENC_PARAMS_RC_VBR | NV_ENC_PARAMS_RC_CBR;
    case NV_ENC_CAPS_WIDTH_MAX:
      return largest(codec, settings().max_width);
    case NV_ENC_CAPS_HEIGHT_MAX:
      return largest(codec, settings().max_height);
    case NV_ENC_CAPS_WIDTH_MIN:
      return 145;
    case NV_ENC_CAPS_HEIGHT_MIN:
      return 49;
    case NV_ENC_CAPS_MB_NUM_MAX:
      return 65536;
    case NV_ENC_CAPS_LEVEL_MAX:
      return NV_ENC_LEVEL_H264_52;
    case NV_ENC_CAPS_LEVEL_MIN:
      return NV_ENC_LEVEL_H264_1;
    case NV_ENC_CAPS_SUPPORT_CABAC:
    case NV_ENC_CAPS_SUPPORT_YUV444_ENCODE:
    case NV_ENC_CAPS_SUPPORT_LOSSLESS_ENCODE:
    case NV_ENC_CAPS_SUPPORT_LOOKAHEAD:
    case NV_ENC_CAPS_SUPPORT_DYN_BITRATE_CHANGE:
    case NV_ENC_CAPS_SUPPORT_CUSTOM_VBV_BUF_SIZE:
    case NV_ENC_CAPS_SUPPORT_MULTIPLE_REF_FRAMES:
    case NV_ENC_CAPS_NUM_ENCODER_ENGINES:
      return 1;
    default:
      return 0;
  }
}

NV_ENC_CONFIG preset_config(const GUID& codec, const GUID& preset, NV_ENC_TUNING_INFO tuning) {
  NV_ENC_CONFIG made{};
  made.version = NV_ENC_CONFIG_VER;
  made.profileGUID = NV_ENC_CODEC_PROFILE_AUTOSELECT_GUID;
  made.frameFieldMode = NV_ENC_PARAMS_FRAME_FIELD_MODE_FRAME;
  made.mvPrecision = NV_ENC_MV_PRECISION_QUARTER_PEL;
  // From p3 on B-frames are on, where quality counts most.
  const std::string_view name = name_in(presets(), preset);
  const bool b_frames = is_high_quality(tuning) && name >= "p3" && !fails("no_b_frames");
  made.frameIntervalP = b_frames ? 3 : 1;
  made.gopLength = is_high_quality(tuning) ? 250 : NVENC_INFINITE_GOPLENGTH;
  made.rcParams.rateControlMode =
      is_high_quality(tuning) ? NV_ENC_PARAMS_RC_VBR : NV_ENC_PARAMS_RC_CBR;
  made.rcParams.version = NV_ENC_RC_PARAMS_VER;
  made.rcParams.averageBitRate = 2'000'000;
  const auto start = [&](auto& settings_of_codec, auto& tags) {
    settings_of_codec.chromaFormatIDC = 1;
    settings_of_codec.idrPeriod = made.gopLength;
    tags.videoFormat = std::remove_reference_t<decltype(tags.videoFormat)>(5);  // unspecified
  };
  if (name_in(codecs(), codec) == hevc) {
    NV_ENC_CONFIG_HEVC& its = made.encodeCodecConfig.hevcConfig;
    start(its, its.hevcVUIParameters);
  } else {
    NV_ENC_CONFIG_H264& its = made.encodeCodecConfig.h264Config;
    start(its, its.h264VUIParameters);
  }
  return made;
}

std::string_view name_of_tuning(NV_ENC_TUNING_INFO tuning) {
  switch (tuning) {
    case NV_ENC_TUNING_INFO_HIGH_QUALITY:
      return "hq";
    case NV_ENC_TUNING_INFO_LOW_LATENCY:
      return "ll";
    case NV_ENC_TUNING_INFO_ULTRA_LOW_LATENCY:
      return "ull";
    case NV_ENC_TUNING_INFO_LOSSLESS:
      return "lossless";
    default:
      return "none";
  }
}

}  // namespace nvenc
