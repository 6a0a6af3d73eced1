#include "session.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <utility>

#include "codecs.h"
#include "contexts.h"
#include "settings.h"

namespace nvenc {
namespace {

std::string_view name_of_mode(NV_ENC_PARAMS_RC_MODE mode) {
  switch (mode) {
    case NV_ENC_PARAMS_RC_CONSTQP:
      return "constqp";
    case NV_ENC_PARAMS_RC_VBR:
      return "vbr";
    case NV_ENC_PARAMS_RC_CBR:
      return "cbr";
    default:
      return {};
  }
}

}  // namespace

Session::Session(void* device, const void* context) : device_(device), context_(context) {
  live(Kind::session, 1);
  use_context(context_, 1);
}

Session::~Session() {
  // With the device everything in flight has gone.
  if (!in_flight_.empty() && !lost_)
    violation("NvEncDestroyEncoder: packets of " + std::to_string(in_flight_.size()) +
              " pictures were not fetched");
  if (!inputs_.empty()) violation("NvEncDestroyEncoder: input buffers are left");
  if (!outputs_.empty()) violation("NvEncDestroyEncoder: bitstream buffers are left");
  if (!resources_.empty()) violation("NvEncDestroyEncoder: registered resources are left");
  use_context(context_, -1);
  live(Kind::session, -1);
}

NVENCSTATUS Session::refuse(NVENCSTATUS status, const std::string& what) {
  violation(what);
  return fail(status, what);
}

NVENCSTATUS Session::fail(NVENCSTATUS status, const std::string& what) {
  last_error_ = what;
  return status;
}

void Session::check_context(std::string_view call) {
  if (context_ != nullptr && current_context() != context_)
    violation(std::string(call) + ": the session's context is not current");
}

NVENCSTATUS Session::check_initialize(const NV_ENC_INITIALIZE_PARAMS& params) {
  const std::string call = "NvEncInitializeEncoder: ";
  if (is_initialized()) return refuse(NV_ENC_ERR_INVALID_CALL, call + "a second time");
  if (name_in(codecs(), params.encodeGUID).empty())
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "unsupported codec");
  if (name_in(presets(), params.presetGUID).empty())
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "unknown preset");
  if (name_of_tuning(params.tuningInfo) == "none")
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "no tuning information");
  if (params.encodeConfig == nullptr)
    return refuse(NV_ENC_ERR_INVALID_PTR, call + "no configuration");
  if (params.encodeConfig->version != NV_ENC_CONFIG_VER)
    return refuse(NV_ENC_ERR_INVALID_VERSION, call + "version of the configuration");
  if (params.frameRateNum == 0 || params.frameRateDen == 0)
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "no frame rate");
  if (params.darWidth == 0 || params.darHeight == 0)
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "no aspect ratio");
  if (params.enablePTD == 0 || params.enableEncodeAsync != 0)
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM,
                  call + "only synchronous, with picture types by the driver");
  const auto limit = [&](NV_ENC_CAPS which) {
    return static_cast<std::uint32_t>(capability(params.encodeGUID, which));
  };
  // What it may be can be asked for, but no client does so for the least.
  if (params.encodeWidth < limit(NV_ENC_CAPS_WIDTH_MIN) ||
      params.encodeHeight < limit(NV_ENC_CAPS_HEIGHT_MIN))
    return fail(NV_ENC_ERR_INVALID_PARAM, "Frame Dimension less than the minimum supported value.");
  if (params.encodeWidth > limit(NV_ENC_CAPS_WIDTH_MAX) ||
      params.encodeHeight > limit(NV_ENC_CAPS_HEIGHT_MAX))
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "larger than the GPU can");
  return check_config(params, *params.encodeConfig);
}

NVENCSTATUS Session::check_config(const NV_ENC_INITIALIZE_PARAMS& params,
                                  const NV_ENC_CONFIG& config) {
  const std::string call = "NvEncInitializeEncoder: ";
  if (name_in(profiles(params.encodeGUID), config.profileGUID).empty())
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "unknown profile");
  if (config.gopLength == 0) return refuse(NV_ENC_ERR_INVALID_PARAM, call + "a GOP of nothing");
  if (config.frameIntervalP < 0 ||
      config.frameIntervalP - 1 > capability(params.encodeGUID, NV_ENC_CAPS_NUM_MAX_BFRAMES))
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, call + "more B-frames than the GPU makes");
  if (config.frameFieldMode != NV_ENC_PARAMS_FRAME_FIELD_MODE_FRAME)
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, call + "no whole frames");
  if (name_of_mode(config.rcParams.rateControlMode).empty())
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "unknown rate control");
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::open_encoder(const NV_ENC_INITIALIZE_PARAMS& params,
                                  const NV_ENC_CONFIG& config) {
  const Wanted wanted = wanted_of(params, config);
  if (!wanted.full_chroma && (wanted.width % 2 != 0 || wanted.height % 2 != 0))
    return fail(NV_ENC_ERR_INVALID_PARAM, "Odd frame dimensions are not supported.");
  try {
    encoder_ =
        name_in(codecs(), params.encodeGUID) == "hevc" ? make_hevc(wanted) : make_h264(wanted);
  } catch (const std::exception& e) {
    return fail(NV_ENC_ERR_INVALID_PARAM, e.what());
  }
  full_chroma_ = wanted.full_chroma;
  group_ = std::max(1, config.frameIntervalP);
  describe(params, config, wanted.tags);
  return NV_ENC_SUCCESS;
}

void Session::describe(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config,
                       const NV_ENC_CONFIG_H264_VUI_PARAMETERS& tags) {
  SessionReport& r = *report_;
  const NV_ENC_RC_PARAMS& rate = config.rcParams;
  r.codec = name_in(codecs(), params.encodeGUID);
  r.preset = name_in(presets(), params.presetGUID);
  r.tuning = name_of_tuning(params.tuningInfo);
  r.profile = name_in(profiles(params.encodeGUID), config.profileGUID);
  r.rate_control = name_of_mode(rate.rateControlMode);
  const double quality = rate.targetQuality + rate.targetQualityLSB / 256.0;
  if (quality > 0) r.cq = quality;
  if (rate.rateControlMode == NV_ENC_PARAMS_RC_CONSTQP) r.qp = rate.constQP.qpInterP;
  r.bitrate = rate.averageBitRate;
  r.max_bitrate = rate.maxBitRate;
  if (config.gopLength != NVENC_INFINITE_GOPLENGTH) r.gop = config.gopLength;
  r.b_frames = std::max(0, config.frameIntervalP - 1);
  r.lookahead = rate.enableLookahead != 0 ? rate.lookaheadDepth : 0;
  r.zero_latency = rate.zeroReorderDelay != 0;
  r.width = params.encodeWidth;
  r.height = params.encodeHeight;
  r.fps_num = params.frameRateNum;
  r.fps_den = params.frameRateDen;
  if (tags.colourDescriptionPresentFlag != 0)
    r.matrix = static_cast<std::uint32_t>(tags.colourMatrix);
  r.full_range = tags.videoSignalTypePresentFlag != 0 && tags.videoFullRangeFlag != 0;
}

NVENCSTATUS Session::initialize(NV_ENC_INITIALIZE_PARAMS& params) {
  const NVENCSTATUS checked = check_initialize(params);
  if (checked != NV_ENC_SUCCESS) return checked;
  if (fails("initialize")) return fail(NV_ENC_ERR_OUT_OF_MEMORY, "Failed to allocate memory.");
  const NVENCSTATUS opened = open_encoder(params, *params.encodeConfig);
  if (opened != NV_ENC_SUCCESS) return opened;
  add_session(report_);
  write_report();
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::reconfigure(const NV_ENC_RECONFIGURE_PARAMS& params) {
  const NV_ENC_INITIALIZE_PARAMS& asked = params.reInitEncodeParams;
  if (asked.version != NV_ENC_INITIALIZE_PARAMS_VER)
    return refuse(NV_ENC_ERR_INVALID_VERSION, "NvEncReconfigureEncoder: version inside");
  if (asked.encodeWidth != report_->width || asked.encodeHeight != report_->height)
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, "NvEncReconfigureEncoder: another size");
  ++report_->reconfigured;
  if (asked.encodeConfig == nullptr) return NV_ENC_SUCCESS;
  const NVENCSTATUS checked = check_config(asked, *asked.encodeConfig);
  if (checked != NV_ENC_SUCCESS) return checked;
  return open_encoder(asked, *asked.encodeConfig);
}

NVENCSTATUS Session::sequence_params(const NV_ENC_SEQUENCE_PARAM_PAYLOAD& params) {
  if (params.spsppsBuffer == nullptr || params.outSPSPPSPayloadSize == nullptr)
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncGetSequenceParams: nowhere to write");
  const std::vector<std::uint8_t> headers = encoder_->headers();
  if (headers.size() > params.inBufferSize)
    return refuse(NV_ENC_ERR_NOT_ENOUGH_BUFFER, "NvEncGetSequenceParams: the buffer is too small");
  std::memcpy(params.spsppsBuffer, headers.data(), headers.size());
  *params.outSPSPPSPayloadSize = static_cast<std::uint32_t>(headers.size());
  return NV_ENC_SUCCESS;
}

}  // namespace nvenc
