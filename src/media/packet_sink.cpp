#include "media/packet_sink.h"

#include <new>

#include "base/error.h"

namespace rustcam {

StreamInfo describe(const AVCodecContext& encoder) {
  StreamInfo info;
  info.parameters.reset(avcodec_parameters_alloc());
  if (!info.parameters) throw std::bad_alloc();
  const int result = avcodec_parameters_from_context(info.parameters.get(), &encoder);
  if (result < 0)
    throw MediaError("cannot describe the stream: " + av_error_text(result), av_error_name(result));
  info.time_base = encoder.time_base;
  if (encoder.codec_type == AVMEDIA_TYPE_VIDEO) info.frame_rate = encoder.framerate;
  return info;
}

}  // namespace rustcam
