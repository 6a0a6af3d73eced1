// Encoders that need a device of the system's: which, and how pictures come to its memory.
#pragma once

#include <functional>
#include <string>

#include "media/ffmpeg.h"
#include "media/log_capture.h"

namespace rustcam {

/// True if `codec` takes pictures in the memory of a GPU only, through VAAPI.
bool is_vaapi(const AVCodec& codec);

struct OpenedCodec {
  CodecContextPtr context;  ///< null if it does not open
  std::string error;        ///< why not
};

/// Opens what `configure` makes, with the first GPU on which it opens if `codec` needs one: there
/// may be several, and not all of them encode. `log` is the newest of this thread, and keeps what
/// FFmpeg said of the last attempt. Throws what `configure` throws.
OpenedCodec open_on_device(const AVCodec& codec, const std::function<CodecContextPtr()>& configure,
                           LogCapture& log);

/// What an encoder that is open is to be given in our memory.
AVPixelFormat memory_format(const AVCodecContext& context);
/// A picture of memory_format() as the encoder itself takes it: in the GPU's memory, in a frame of
/// the context's pool. Throws MediaError.
FramePtr upload(const AVCodecContext& context, const AVFrame& picture);

}  // namespace rustcam
