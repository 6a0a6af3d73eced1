#include "media/encoder_frame_pool.h"

#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "image/pixel_format.h"

namespace rustcam {
namespace {

/// More rectangles than this cost more to keep apart than to convert together.
constexpr std::size_t max_rects = 16;
/// The most that an encoder with its threads and lookahead was seen to hold, with room to spare.
constexpr std::size_t max_frames = 128;

void make_in_memory(AVFrame& frame) {
  const int result = av_frame_get_buffer(&frame, 0);
  if (result < 0)
    throw MediaError("cannot allocate an encoder's picture: " + av_error_text(result),
                     av_error_name(result));
}

}  // namespace

EncoderFramePool::EncoderFramePool(FramePtr prototype, Size picture, MakeBuffers make)
    : prototype_(std::move(prototype)),
      picture_(picture),
      make_(make ? std::move(make) : MakeBuffers(make_in_memory)) {}

void EncoderFramePool::damage(const Region& damage) {
  for (Entry& e : entries_) {
    e.debt.add(damage);
    e.debt = e.debt.simplified(max_rects);
  }
}

EncoderFramePool::Entry& EncoderFramePool::add() {
  if (entries_.size() >= max_frames)
    throw MediaError("the encoder keeps more than " + std::to_string(max_frames) +
                     " pictures: choose a shorter lookahead");
  Entry entry{make_frame(), Rect::of(picture_)};
  AVFrame& frame = *entry.frame;
  const int result = av_frame_copy_props(&frame, prototype_.get());
  frame.format = prototype_->format;
  frame.width = prototype_->width;
  frame.height = prototype_->height;
  if (result < 0)
    throw MediaError("cannot allocate an encoder's picture: " + av_error_text(result),
                     av_error_name(result));
  make_(frame);
  entries_.push_back(std::move(entry));
  return entries_.back();
}

void EncoderFramePool::reserve(std::size_t count) {
  while (entries_.size() < count) {
    const AVFrame& frame = *add().frame;
    for (const AVBufferRef* buffer : frame.buf)
      if (buffer != nullptr) std::memset(buffer->data, 0, buffer->size);
  }
}

EncoderFramePool::Entry& EncoderFramePool::choose() {
  Entry* best = nullptr;
  for (Entry& e : entries_)
    if (av_frame_is_writable(e.frame.get()) != 0 &&
        (best == nullptr || e.debt.area() < best->debt.area()))
      best = &e;
  return best != nullptr ? *best : add();
}

AVFrame& EncoderFramePool::show(
    const std::function<void(AVFrame& frame, const Region& debt)>& fill) {
  if (!entries_.empty() && entries_[last_].debt.empty()) return *entries_[last_].frame;
  Entry& entry = choose();
  fill(*entry.frame, entry.debt);
  bytes_filled_ += entry.debt.area() * bytes_per_sample(PixelFormat::bgra, 0);
  entry.debt.clear();
  last_ = static_cast<std::size_t>(&entry - entries_.data());
  return *entry.frame;
}

}  // namespace rustcam
