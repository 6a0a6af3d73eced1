// One video encoder at work.
#pragma once

#include <functional>
#include <memory>

#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/open_sink.h"
#include "media/sample_format.h"

namespace rustcam {

/// Frames in, packets out. Time stamps of both count slots. Throws MediaError.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Size, format, tags and headers, for a muxer.
  virtual const AVCodecContext& context() const noexcept = 0;
  /// Of the frames that send() takes.
  virtual AVPixelFormat frame_format() const noexcept { return context().pix_fmt; }
  virtual void send(const AVFrame& frame) = 0;
  /// No more frames will come.
  virtual void drain() = 0;
  /// False if it wants more frames, or, when drained, has no more packets.
  virtual bool receive(AVPacket& packet) = 0;
};

class TextureInput;

struct EncoderRequest {
  const OutputPlan& plan;
  const Container& container;
  SampleFormat format;
  Size picture;                            ///< before padding
  const TextureInput* textures = nullptr;  ///< what its frames are; null: memory
};

/// Tests put an encoder that fails in its place.
using EncoderFactory =
    std::function<std::unique_ptr<Encoder>(const EncoderRequest& request, EncoderReport& report)>;

/// The first of the plan's encoders that opens. `report` receives its name and those that failed.
/// Throws UsageError if the one that opens refuses the options or the size, MediaError if
/// none opens.
std::unique_ptr<Encoder> open_encoder(const EncoderRequest& request, EncoderReport& report);

/// One larger on each odd side if `codec` refuses it.
Size padded_size(const AVCodec& codec, const SampleFormat& format, Size picture);

}  // namespace rustcam
