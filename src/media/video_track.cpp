#include "media/video_track.h"

#include <algorithm>
#include <utility>

#include "base/first_failure.h"

namespace rustcam {

VideoTrack::VideoTrack(std::unique_ptr<Encoder> encoder, std::unique_ptr<TrackInput> input,
                       Size picture)
    : input_(std::move(input)),
      encoder_(std::move(encoder)),
      picture_(picture),
      packet_(make_packet()) {}

void VideoTrack::connect(PacketSink& sink, StreamId id) noexcept {
  sink_ = &sink;
  id_ = id;
}

void VideoTrack::write(const Frame& frame, const Region& damage, std::int64_t slot) {
  const TimePoint begun = now();
  spent_in_sink_ = {};
  last_frame_ = &show(frame, damage);
  encode(slot);
  last_encode_ = now() - begun - spent_in_sink_;
}

/// A device that makes no more frames is an encoder that takes none.
AVFrame& VideoTrack::show(const Frame& frame, const Region& damage) {
  try {
    return input_->show(frame.picture, damage);
  } catch (...) {
    failed_ = encoder_failed_ = true;
    throw;
  }
}

void VideoTrack::finish(std::int64_t slots) {
  if (std::exchange(finished_, true)) return;
  asked_end_ = slots;
  FirstFailure failure;
  failure.attempt([&] {
    if (failed_) return;
    // The length of the last sample is what the others leave of the recording.
    if (last_frame_ != nullptr && last_slot_ + 1 < slots && !hurried_) encode(slots - 1);
  });
  if (!encoder_failed_)
    failure.attempt([&] {
      drain();
      // A file without a picture would be none.
      while ((!hurried_ || totals_.end == 0) && write_packet()) {
      }
    });
  if (hands_over())
    totals_.end = hand_over().slot;
  else if (!failed_ && !failure.happened())
    totals_.end = slots;
  failure.attempt([&] { sink_->end(id_, totals_.end); });
  failure.rethrow();
}

void VideoTrack::hold_for_another(bool tells_end, bool gaps) {
  in_flight_.emplace(!tells_end && gaps);
  tells_end_ = tells_end;
}

Handover VideoTrack::hand_over() const {
  const bool began = totals_.samples > 0;
  Handover left = in_flight_->hand_over(asked_end_, began);
  if (!began || tells_end_ || left.slot <= last_end_) return left;
  // The time that the last picture here cannot last goes to the next file, which repeats it, or
  // shows its first one so much earlier.
  if (in_flight_->last())
    left.pictures.insert(left.pictures.begin(), {last_end_, in_flight_->last()});
  else if (!left.pictures.empty())
    left.pictures.front().slot = last_end_;
  left.slot = last_end_;
  return left;
}

void VideoTrack::resume(const HeldPicture& picture) {
  resumed_ = shared_frame(*picture.frame, encoder_->frame_format());
  last_frame_ = resumed_.get();
  encode(picture.slot);
}

std::int64_t VideoTrack::sure_end(std::int64_t slot) const {
  if (!in_flight_) return slot;
  return totals_.samples == 0 ? 0 : in_flight_->first_slot().value_or(slot);
}

Size VideoTrack::encoded_size() const noexcept {
  return {encoder_->context().width, encoder_->context().height};
}

void VideoTrack::encode(std::int64_t slot) {
  last_frame_->pts = slot;
  last_frame_->pict_type = AV_PICTURE_TYPE_NONE;
  // MPEG's encoders take a constant quality from each picture.
  last_frame_->quality = encoder_->context().global_quality;
  try {
    encoder_->send(*last_frame_);
  } catch (...) {
    failed_ = encoder_failed_ = true;
    throw;
  }
  if (in_flight_) in_flight_->sent(*last_frame_, slot);
  last_slot_ = slot;
  while (write_packet()) {
  }
}

void VideoTrack::drain() {
  try {
    encoder_->drain();
  } catch (...) {
    failed_ = encoder_failed_ = true;
    throw;
  }
}

/// False if the encoder has none.
bool VideoTrack::write_packet() {
  if (!receive()) return false;
  const TimePoint begun = now();
  ++totals_.samples;
  totals_.bytes += packet_->size;
  totals_.end = std::max(totals_.end, packet_->pts + 1);
  last_end_ = totals_.end;
  if (in_flight_) in_flight_->came(packet_->pts);
  try {
    sink_->write(*packet_, id_);
  } catch (...) {
    failed_ = true;
    throw;
  }
  spent_in_sink_ += now() - begun;
  return true;
}

bool VideoTrack::receive() {
  try {
    return encoder_->receive(*packet_);
  } catch (...) {
    failed_ = encoder_failed_ = true;
    throw;
  }
}

}  // namespace rustcam
