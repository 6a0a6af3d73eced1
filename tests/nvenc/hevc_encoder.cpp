#include <ffnvcodec/nvEncodeAPI.h>
#include <x265.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "encoder.h"

namespace nvenc {
namespace {

struct FreeParams {
  void operator()(x265_param* params) const { x265_param_free(params); }
};
struct FreePicture {
  void operator()(x265_picture* picture) const { x265_picture_free(picture); }
};

void set_hevc_rate(const Wanted& wanted, x265_param& into) {
  if (wanted.constant_qp) {
    into.rc.rateControlMode = X265_RC_CQP;
    into.rc.qp = wanted.qp_p;
  } else if (wanted.bitrate == 0) {
    into.rc.rateControlMode = X265_RC_CRF;
    into.rc.rfConstant = wanted.quality;
  } else {
    into.rc.rateControlMode = X265_RC_ABR;
    into.rc.bitrate = wanted.bitrate;
    into.rc.vbvMaxBitrate = wanted.max_bitrate;
    into.rc.vbvBufferSize = wanted.max_bitrate != 0 ? wanted.buffer : 0;
  }
}

void set_hevc_tags(const NV_ENC_CONFIG_H264_VUI_PARAMETERS& asked, x265_param& into) {
  if (asked.videoSignalTypePresentFlag == 0) return;
  into.vui.bEnableVideoSignalTypePresentFlag = 1;
  into.vui.videoFormat = static_cast<int>(asked.videoFormat);
  into.vui.bEnableVideoFullRangeFlag = static_cast<int>(asked.videoFullRangeFlag);
  if (asked.colourDescriptionPresentFlag == 0) return;
  into.vui.bEnableColorDescriptionPresentFlag = 1;
  into.vui.colorPrimaries = static_cast<int>(asked.colourPrimaries);
  into.vui.transferCharacteristics = static_cast<int>(asked.transferCharacteristics);
  into.vui.matrixCoeffs = static_cast<int>(asked.colourMatrix);
}

std::unique_ptr<x265_param, FreeParams> translated_hevc(const Wanted& wanted) {
  std::unique_ptr<x265_param, FreeParams> made(x265_param_alloc());
  if (made == nullptr || x265_param_default_preset(made.get(), "ultrafast", "zerolatency") < 0)
    throw std::runtime_error("x265 knows no such preset");
  made->logLevel = X265_LOG_ERROR;
  made->sourceWidth = wanted.width;
  made->sourceHeight = wanted.height;
  made->internalCsp = wanted.full_chroma ? X265_CSP_I444 : X265_CSP_I420;
  made->fpsNum = wanted.fps_num;
  made->fpsDenom = wanted.fps_den;
  made->bRepeatHeaders = wanted.repeat_headers ? 1 : 0;
  made->bEnableAccessUnitDelimiters = wanted.delimiters ? 1 : 0;
  made->bEmitInfoSEI = 0;
  made->bOpenGOP = 0;
  made->scenecutThreshold = 0;
  made->keyframeMax = wanted.gop != 0 ? wanted.gop : -1;
  set_hevc_rate(wanted, *made);
  set_hevc_tags(wanted.tags, *made);
  return made;
}

std::vector<std::uint8_t> joined(const x265_nal* nals, std::uint32_t count) {
  std::vector<std::uint8_t> all;
  for (std::uint32_t i = 0; i < count; ++i)
    all.insert(all.end(), nals[i].payload, nals[i].payload + nals[i].sizeBytes);
  return all;
}

class HevcEncoder : public Encoder {
 public:
  explicit HevcEncoder(const Wanted& wanted)
      : params_(translated_hevc(wanted)), encoder_(x265_encoder_open(params_.get())) {
    if (encoder_ == nullptr) throw std::runtime_error("x265 cannot be opened");
  }
  ~HevcEncoder() override { x265_encoder_close(encoder_); }
  HevcEncoder(const HevcEncoder&) = delete;
  HevcEncoder& operator=(const HevcEncoder&) = delete;

  std::vector<std::uint8_t> headers() override {
    x265_nal* nals = nullptr;
    std::uint32_t count = 0;
    if (x265_encoder_headers(encoder_, &nals, &count) < 0)
      throw std::runtime_error("x265 gives no headers");
    return joined(nals, count);
  }

  Packet encode(const Picture& picture, bool force_idr) override {
    const std::unique_ptr<x265_picture, FreePicture> in(x265_picture_alloc());
    const std::unique_ptr<x265_picture, FreePicture> out(x265_picture_alloc());
    x265_picture_init(params_.get(), in.get());
    in->pts = number_++;
    in->sliceType = force_idr ? X265_TYPE_IDR : X265_TYPE_AUTO;
    const std::uint8_t* planes[] = {picture.luma(), picture.blue(), picture.red()};
    for (int i = 0; i < 3; ++i) {
      in->planes[i] = const_cast<std::uint8_t*>(planes[i]);  // x265 only reads it
      in->stride[i] = static_cast<int>(i == 0 ? picture.width : picture.chroma_width());
    }
    x265_nal* nals = nullptr;
    std::uint32_t count = 0;
    if (x265_encoder_encode(encoder_, &nals, &count, in.get(), out.get()) <= 0)
      throw std::runtime_error("x265 gave no packet");
    const bool key = out->sliceType == X265_TYPE_IDR;
    return {joined(nals, count), key ? NV_ENC_PIC_TYPE_IDR : NV_ENC_PIC_TYPE_P,
            static_cast<std::uint32_t>(std::max(0.0, out->frameData.qp))};
  }

 private:
  std::unique_ptr<x265_param, FreeParams> params_;
  x265_encoder* encoder_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_hevc(const Wanted& wanted) {
  return std::make_unique<HevcEncoder>(wanted);
}

bool has_hevc() {
  return true;
}

}  // namespace nvenc
