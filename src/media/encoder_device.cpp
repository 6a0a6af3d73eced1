#include "media/encoder_device.h"

extern "C" {
#include <libavutil/hwcontext.h>
}

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rustcam {
namespace {

/// What every driver takes.
constexpr AVPixelFormat gpu_layout = AV_PIX_FMT_NV12;

struct Unref {
  void operator()(AVBufferRef* p) const noexcept { av_buffer_unref(&p); }
};
using BufferPtr = std::unique_ptr<AVBufferRef, Unref>;

/// What programs without a screen may use of the GPUs, in the system's order.
std::vector<std::string> render_nodes() {
  std::vector<std::string> nodes;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/dev/dri", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with("renderD")) nodes.push_back(at->path().string());
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

/// FFmpeg has no words for a device that does not open.
std::string reason_against_gpu(const LogCapture& log) {
  const std::string complaint = log.complaint();
  return complaint.empty() ? "no VAAPI driver opens it" : complaint;
}

/// Gives `context` a pool of frames on the GPU. An error code of FFmpeg's, or 0.
int use_gpu(const std::string& node, AVCodecContext& context) {
  AVBufferRef* made = nullptr;
  int result = av_hwdevice_ctx_create(&made, AV_HWDEVICE_TYPE_VAAPI, node.c_str(), nullptr, 0);
  const BufferPtr device(made);
  if (result < 0) return result;
  BufferPtr frames(av_hwframe_ctx_alloc(device.get()));
  if (!frames) return AVERROR(ENOMEM);
  auto& pool = *reinterpret_cast<AVHWFramesContext*>(frames->data);
  pool.format = AV_PIX_FMT_VAAPI;
  pool.sw_format = gpu_layout;
  pool.width = context.width;
  pool.height = context.height;
  result = av_hwframe_ctx_init(frames.get());
  if (result < 0) return result;
  context.pix_fmt = pool.format;
  context.sw_pix_fmt = pool.sw_format;
  context.hw_frames_ctx = frames.release();
  return 0;
}

/// What a driver cannot do is said as a warning, before the error that nothing is left.
std::string reason_with_cause(const LogCapture& log, int code) {
  const std::string cause = log.warning();
  const std::string said = log.reason(code);
  return said + (cause.empty() || cause == said ? "" : " (" + cause + ")");
}

}  // namespace

bool is_vaapi(const AVCodec& codec) {
  const auto formats = supported_pixel_formats(codec);
  return !formats.empty() && std::all_of(formats.begin(), formats.end(), [](AVPixelFormat format) {
    return format == AV_PIX_FMT_VAAPI;
  });
}

OpenedCodec open_on_device(const AVCodec& codec, const std::function<CodecContextPtr()>& configure,
                           LogCapture& log) {
  if (!is_vaapi(codec)) {
    CodecContextPtr context = configure();
    const int result = open_codec(*context, codec);
    if (result >= 0) return {std::move(context), {}};
    return {nullptr, reason_with_cause(log, result)};
  }
  OpenedCodec opened;
  for (const std::string& node : render_nodes()) {
    CodecContextPtr context = configure();
    log.clear();
    if (use_gpu(node, *context) >= 0 && open_codec(*context, codec) >= 0)
      return {std::move(context), {}};
    opened.error += (opened.error.empty() ? "" : "; ") + node + ": " + reason_against_gpu(log);
  }
  if (opened.error.empty())
    opened.error = "no GPU for VAAPI: there is no /dev/dri/renderD128 or the like";
  return opened;
}

AVPixelFormat memory_format(const AVCodecContext& context) {
  return context.hw_frames_ctx != nullptr ? context.sw_pix_fmt : context.pix_fmt;
}

FramePtr upload(const AVCodecContext& context, const AVFrame& picture) {
  FramePtr frame = make_frame();
  int result = av_hwframe_get_buffer(context.hw_frames_ctx, frame.get(), 0);
  if (result >= 0) result = av_hwframe_transfer_data(frame.get(), &picture, 0);
  if (result >= 0) result = av_frame_copy_props(frame.get(), &picture);
  if (result < 0)
    throw MediaError("cannot bring a picture to the GPU: " + av_error_text(result),
                     av_error_name(result));
  return frame;
}

}  // namespace rustcam
