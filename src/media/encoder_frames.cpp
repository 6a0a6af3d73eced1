#include "media/encoder_frames.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "image/convert.h"

namespace rustcam {
namespace {

/// Repeats the last sample of each row and the last row, if the plane is larger than the
/// picture.
void repeat_plane_edges(std::uint8_t* data, std::ptrdiff_t stride, Size filled, Size whole) {
  if (whole.width > filled.width)
    for (std::int32_t y = 0; y < filled.height; ++y) {
      std::uint8_t* row = data + y * stride;
      std::memset(row + filled.width, row[filled.width - 1],
                  static_cast<std::size_t>(whole.width - filled.width));
    }
  const std::uint8_t* last_row = data + (filled.height - 1) * stride;
  for (std::int32_t y = filled.height; y < whole.height; ++y)
    std::memcpy(data + y * stride, last_row, static_cast<std::size_t>(whole.width));
}

/// What encoders hold of a recording that keeps up.
constexpr std::size_t soon_needed = 4;

FramePtr prototype(const SampleFormat& format, Size encoded) {
  FramePtr frame = make_frame();
  frame->format = format.av;
  frame->width = encoded.width;
  frame->height = encoded.height;
  tag_colours(format, *frame);
  if (is_chroma_subsampled(format.pixels)) frame->chroma_location = AVCHROMA_LOC_CENTER;
  return frame;
}

}  // namespace

EncoderFrames::EncoderFrames(const SampleFormat& format, Size picture, Size encoded)
    : format_(format),
      picture_(picture),
      encoded_(encoded),
      pool_(prototype(format, encoded), picture) {
  pool_.reserve(soon_needed);
}

ImageView EncoderFrames::view(AVFrame& frame) const {
  ImageView v;
  v.format = format_.pixels;
  v.size = picture_;
  v.encoding = format_.encoding;
  for (int i = 0; i < plane_count(format_.pixels); ++i) {
    const auto plane = static_cast<std::size_t>(i);
    v.planes[plane] = {frame.data[plane], frame.linesize[plane]};
  }
  return v;
}

/// 4:2:0 chroma has no more samples for the padded size than for the odd one, so only the first
/// plane has edges to repeat.
void EncoderFrames::repeat_edges(AVFrame& frame) const {
  if (encoded_ == picture_) return;
  repeat_plane_edges(frame.data[0], frame.linesize[0], picture_, encoded_);
}

AVFrame& EncoderFrames::show(const ConstImageView& picture, const Region& damage) {
  pool_.damage(damage);
  return pool_.show([&](AVFrame& frame, const Region& debt) {
    convert(picture, debt, view(frame));
    repeat_edges(frame);
  });
}

}  // namespace rustcam
