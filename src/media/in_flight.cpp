#include "media/in_flight.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <utility>

#include "base/error.h"

namespace rustcam {
namespace {

FramePtr reference(const AVFrame& frame) {
  FramePtr shared(av_frame_clone(&frame));
  if (!shared) throw std::bad_alloc();
  return shared;
}

FramePtr planar(const AVFrame& nv12) {
  FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = nv12.width;
  frame->height = nv12.height;
  if (av_frame_get_buffer(frame.get(), 0) < 0 || av_frame_copy_props(frame.get(), &nv12) < 0)
    throw std::bad_alloc();
  for (int y = 0; y < nv12.height; ++y)
    std::memcpy(frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0],
                nv12.data[0] + std::ptrdiff_t{y} * nv12.linesize[0],
                static_cast<std::size_t>(nv12.width));
  for (int y = 0; y < (nv12.height + 1) / 2; ++y) {
    const std::uint8_t* from = nv12.data[1] + std::ptrdiff_t{y} * nv12.linesize[1];
    std::uint8_t* u = frame->data[1] + std::ptrdiff_t{y} * frame->linesize[1];
    std::uint8_t* v = frame->data[2] + std::ptrdiff_t{y} * frame->linesize[2];
    for (int x = 0; x < (nv12.width + 1) / 2; ++x) {
      u[x] = from[2 * x];
      v[x] = from[2 * x + 1];
    }
  }
  return frame;
}

}  // namespace

void InFlight::sent(const AVFrame& frame, std::int64_t slot) {
  HeldPicture picture{slot, nullptr};
  if (frame.hw_frames_ctx == nullptr) picture.frame = reference(frame);
  held_ += picture.frame ? 1 : 0;
  pictures_.push_back(std::move(picture));
  if (held_ <= most_held) return;
  const auto oldest = std::find_if(pictures_.begin(), pictures_.end(),
                                   [](const HeldPicture& p) { return p.frame != nullptr; });
  oldest->frame.reset();
  --held_;
}

void InFlight::came(std::int64_t slot) {
  const auto found = std::find_if(pictures_.begin(), pictures_.end(),
                                  [&](const HeldPicture& p) { return p.slot == slot; });
  if (found == pictures_.end()) return;
  held_ -= found->frame ? 1 : 0;
  if (keep_last_) last_ = std::move(found->frame);
  pictures_.erase(found);
}

std::optional<std::int64_t> InFlight::first_slot() const {
  return pictures_.empty() ? std::nullopt : std::optional(pictures_.front().slot);
}

Handover InFlight::hand_over(std::int64_t end, bool began) const {
  Handover left{end, {}, 0};
  for (const HeldPicture& picture : pictures_) {
    if (picture.slot >= end) break;
    if (picture.frame) {
      left.pictures.push_back(picture);
      continue;
    }
    left.lost += 1 + std::ssize(left.pictures);
    left.pictures.clear();
  }
  if (!left.pictures.empty()) left.slot = left.pictures.front().slot;
  if (began) return left;
  // Nothing lasts until then, so what comes next begins with the file.
  left.slot = 0;
  if (!left.pictures.empty()) left.pictures.front().slot = 0;
  return left;
}

FramePtr shared_frame(const AVFrame& frame, AVPixelFormat format) {
  if (frame.format == format) return reference(frame);
  if (frame.format == AV_PIX_FMT_NV12 && format == AV_PIX_FMT_YUV420P) return planar(frame);
  throw MediaError("the encoder does not take the pictures that another one held");
}

}  // namespace rustcam
