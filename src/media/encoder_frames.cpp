#include "media/encoder_frames.h"

#include <cstring>

#include "base/error.h"
#include "image/convert.h"

namespace rustcam {
namespace {

/// More rectangles than this cost more to keep apart than to convert together.
constexpr std::size_t max_rects = 16;
/// The most that an encoder with its threads and lookahead was seen to hold, with room to spare.
constexpr std::size_t max_frames = 128;

/// Repeats the last sample of each row and the last row, where the plane is larger than the
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

}  // namespace

EncoderFrames::EncoderFrames(const SampleFormat& format, Size picture, Size encoded)
    : format_(format), picture_(picture), encoded_(encoded) {}

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

EncoderFrames::Entry& EncoderFrames::add() {
  if (entries_.size() >= max_frames)
    throw MediaError("the encoder keeps more than " + std::to_string(max_frames) +
                     " pictures: choose a shorter lookahead");
  Entry entry{make_frame(), Rect::of(picture_)};
  AVFrame& frame = *entry.frame;
  frame.format = format_.av;
  frame.width = encoded_.width;
  frame.height = encoded_.height;
  tag_colours(format_, frame);
  if (is_chroma_subsampled(format_.pixels)) frame.chroma_location = AVCHROMA_LOC_CENTER;
  const int result = av_frame_get_buffer(&frame, 0);
  if (result < 0)
    throw MediaError("cannot allocate an encoder's picture: " + av_error_text(result),
                     av_error_name(result));
  entries_.push_back(std::move(entry));
  return entries_.back();
}

EncoderFrames::Entry& EncoderFrames::choose() {
  Entry* best = nullptr;
  for (Entry& e : entries_)
    if (av_frame_is_writable(e.frame.get()) != 0 &&
        (best == nullptr || e.debt.area() < best->debt.area()))
      best = &e;
  return best != nullptr ? *best : add();
}

AVFrame& EncoderFrames::show(const ConstImageView& picture, const Region& damage) {
  for (Entry& e : entries_) {
    e.debt.add(damage);
    e.debt = e.debt.simplified(max_rects);
  }
  if (!entries_.empty() && entries_[last_].debt.empty()) return *entries_[last_].frame;
  Entry& entry = choose();
  convert(picture, entry.debt, view(*entry.frame));
  repeat_edges(*entry.frame);
  entry.debt.clear();
  last_ = static_cast<std::size_t>(&entry - entries_.data());
  return *entry.frame;
}

}  // namespace rustcam
