#include <ffnvcodec/nvEncodeAPI.h>
#include <x264.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "encoder.h"

namespace nvenc {
namespace {

bool same(const GUID& a, const GUID& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

void set_rate(const Wanted& wanted, x264_param_t& into) {
  if (wanted.constant_qp) {
    into.rc.i_rc_method = X264_RC_CQP;
    // For x264 a quantiser of 0 is lossless and another profile.
    into.rc.i_qp_constant = std::max(wanted.qp_p, wanted.lossless ? 0 : 1);
    into.rc.f_ip_factor = static_cast<float>(std::exp2((wanted.qp_p - wanted.qp_i) / 6.0));
  } else if (wanted.bitrate == 0) {
    into.rc.i_rc_method = X264_RC_CRF;
    into.rc.f_rf_constant = static_cast<float>(wanted.quality);
  } else {
    into.rc.i_rc_method = X264_RC_ABR;
    into.rc.i_bitrate = wanted.bitrate;
    into.rc.i_vbv_max_bitrate = wanted.max_bitrate;
    into.rc.i_vbv_buffer_size = wanted.max_bitrate != 0 ? wanted.buffer : 0;
  }
}

const char* profile_of(const Wanted& wanted) {
  if (wanted.full_chroma || wanted.lossless ||
      same(wanted.profile, NV_ENC_H264_PROFILE_HIGH_444_GUID))
    return "high444";
  if (same(wanted.profile, NV_ENC_H264_PROFILE_BASELINE_GUID)) return "baseline";
  if (same(wanted.profile, NV_ENC_H264_PROFILE_MAIN_GUID)) return "main";
  return "high";
}

void set_tags(const NV_ENC_CONFIG_H264_VUI_PARAMETERS& asked, x264_param_t& into) {
  if (asked.videoSignalTypePresentFlag != 0) {
    into.vui.i_vidformat = static_cast<int>(asked.videoFormat);
    into.vui.b_fullrange = static_cast<int>(asked.videoFullRangeFlag);
  }
  if (asked.colourDescriptionPresentFlag != 0) {
    into.vui.i_colorprim = static_cast<int>(asked.colourPrimaries);
    into.vui.i_transfer = static_cast<int>(asked.transferCharacteristics);
    into.vui.i_colmatrix = static_cast<int>(asked.colourMatrix);
  }
}

x264_param_t translated(const Wanted& wanted) {
  x264_param_t made;
  if (x264_param_default_preset(&made, "superfast", "zerolatency") < 0)
    throw std::runtime_error("x264 knows no such preset");
  made.i_log_level = X264_LOG_ERROR;
  made.i_width = wanted.width;
  made.i_height = wanted.height;
  made.i_csp = wanted.full_chroma ? X264_CSP_I444 : X264_CSP_I420;
  made.i_fps_num = wanted.fps_num;
  made.i_fps_den = wanted.fps_den;
  made.b_vfr_input = 0;
  made.b_repeat_headers = wanted.repeat_headers ? 1 : 0;
  made.b_aud = wanted.delimiters ? 1 : 0;
  made.i_scenecut_threshold = 0;
  made.i_keyint_max = wanted.gop != 0 ? wanted.gop : X264_KEYINT_MAX_INFINITE;
  set_rate(wanted, made);
  set_tags(wanted.tags, made);
  if (x264_param_apply_profile(&made, profile_of(wanted)) < 0)
    throw std::runtime_error("x264 does not take the profile");
  return made;
}

NV_ENC_PIC_TYPE type_of(int type) {
  switch (type) {
    case X264_TYPE_IDR:
      return NV_ENC_PIC_TYPE_IDR;
    case X264_TYPE_I:
      return NV_ENC_PIC_TYPE_I;
    case X264_TYPE_P:
      return NV_ENC_PIC_TYPE_P;
    default:
      return NV_ENC_PIC_TYPE_UNKNOWN;
  }
}

/// x264 tells of itself in an SEI message of some hundred bytes, for which clients of NVENC leave
/// no room.
std::vector<std::uint8_t> without_sei(const x264_nal_t* nals, int count) {
  std::vector<std::uint8_t> kept;
  for (int i = 0; i < count; ++i) {
    const x264_nal_t& nal = nals[i];
    if (nal.i_type != NAL_SEI)
      kept.insert(kept.end(), nal.p_payload, nal.p_payload + nal.i_payload);
  }
  return kept;
}

class H264Encoder : public Encoder {
 public:
  explicit H264Encoder(x264_param_t params) : encoder_(x264_encoder_open(&params)) {
    if (encoder_ == nullptr) throw std::runtime_error("x264 cannot be opened");
  }
  ~H264Encoder() override { x264_encoder_close(encoder_); }
  H264Encoder(const H264Encoder&) = delete;
  H264Encoder& operator=(const H264Encoder&) = delete;

  std::vector<std::uint8_t> headers() override {
    x264_nal_t* nals = nullptr;
    int count = 0;
    if (x264_encoder_headers(encoder_, &nals, &count) < 0)
      throw std::runtime_error("x264 gives no headers");
    return without_sei(nals, count);
  }

  Packet encode(const Picture& picture, bool force_idr) override {
    x264_picture_t in;
    x264_picture_init(&in);
    in.i_pts = number_++;
    in.i_type = force_idr ? X264_TYPE_IDR : X264_TYPE_AUTO;
    in.img.i_csp = picture.full_chroma ? X264_CSP_I444 : X264_CSP_I420;
    in.img.i_plane = 3;
    const std::uint8_t* planes[] = {picture.luma(), picture.blue(), picture.red()};
    for (int i = 0; i < 3; ++i) {
      in.img.plane[i] = const_cast<std::uint8_t*>(planes[i]);  // x264 only reads it
      in.img.i_stride[i] = static_cast<int>(i == 0 ? picture.width : picture.chroma_width());
    }
    x264_nal_t* nals = nullptr;
    int count = 0;
    x264_picture_t out;
    if (x264_encoder_encode(encoder_, &nals, &count, &in, &out) <= 0)
      throw std::runtime_error("x264 gave no packet");
    return {without_sei(nals, count), type_of(out.i_type),
            static_cast<std::uint32_t>(std::max(0, out.i_qpplus1 - 1))};
  }

 private:
  x264_t* encoder_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_h264(const Wanted& wanted) {
  return std::make_unique<H264Encoder>(translated(wanted));
}

}  // namespace nvenc
