#include <algorithm>
#include <cstdint>
#include <cstring>

#include "encoder.h"

namespace nvenc {
namespace {

/// Bits to kbit; what is there is at least one.
int kilo(std::uint32_t bits) {
  return bits == 0 ? 0 : std::max(1, static_cast<int>(bits / 1000));
}

void take_rate(const NV_ENC_RC_PARAMS& asked, Wanted& into) {
  into.constant_qp = asked.rateControlMode == NV_ENC_PARAMS_RC_CONSTQP;
  into.qp_p = std::clamp(static_cast<int>(asked.constQP.qpInterP), 0, 51);
  into.qp_i = std::clamp(static_cast<int>(asked.constQP.qpIntra), 0, 51);
  into.quality = asked.targetQuality + asked.targetQualityLSB / 256.0;
  if (into.quality == 0) into.quality = 23;
  into.bitrate = kilo(asked.averageBitRate);
  const bool constant = asked.rateControlMode == NV_ENC_PARAMS_RC_CBR;
  if (constant || asked.maxBitRate >= asked.averageBitRate)
    into.max_bitrate = std::max(into.bitrate, kilo(asked.maxBitRate));
  into.buffer = asked.vbvBufferSize != 0 ? kilo(asked.vbvBufferSize) : into.max_bitrate;
}

/// What H.264's and HEVC's configurations have in common.
template <typename Codec>
void take_codec(const Codec& asked, const NV_ENC_CONFIG_H264_VUI_PARAMETERS& tags, Wanted& into) {
  into.full_chroma = asked.chromaFormatIDC == 3;
  into.repeat_headers = asked.disableSPSPPS == 0;
  into.delimiters = asked.outputAUD != 0;
  into.tags = tags;
}

}  // namespace

Wanted wanted_of(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config) {
  Wanted made;
  made.width = static_cast<int>(params.encodeWidth);
  made.height = static_cast<int>(params.encodeHeight);
  made.fps_num = params.frameRateNum;
  made.fps_den = params.frameRateDen;
  if (config.gopLength != NVENC_INFINITE_GOPLENGTH) made.gop = static_cast<int>(config.gopLength);
  made.profile = config.profileGUID;
  take_rate(config.rcParams, made);
  if (std::memcmp(&params.encodeGUID, &NV_ENC_CODEC_HEVC_GUID, sizeof(GUID)) == 0) {
    const NV_ENC_CONFIG_HEVC& hevc = config.encodeCodecConfig.hevcConfig;
    take_codec(hevc, hevc.hevcVUIParameters, made);
  } else {
    const NV_ENC_CONFIG_H264& h264 = config.encodeCodecConfig.h264Config;
    take_codec(h264, h264.h264VUIParameters, made);
    made.lossless = h264.qpPrimeYZeroTransformBypassFlag != 0;
  }
  return made;
}

}  // namespace nvenc
