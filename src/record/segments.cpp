#include "record/segments.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/error.h"
#include "base/path_text.h"
#include "platform/file.h"

namespace rustcam {

Segments::Segments(const OutputPlan& plan, bool split_on_resize,
                   std::optional<std::int64_t> max_bytes, SinkFactory open)
    : plan_(plan),
      split_on_resize_(split_on_resize && !plan.to_stdout),
      max_bytes_(max_bytes),
      open_(std::move(open)) {
  if (max_bytes_) plan_.request.limit = SizeLimit{.bytes = *max_bytes_};
}

void Segments::open(Size captured) {
  sink_ = open_at(0, plan_, captured, report_);
  captured_ = captured;
  encoded_ = sink_->encoded_size();
  picture_ = sink_->picture_size();
}

std::unique_ptr<FrameSink> Segments::open_at(std::int64_t slot, const OutputPlan& plan,
                                             Size captured, EncoderReport& report) {
  std::vector<SoundInput> sounds;
  for (SoundFeed* feed : feeds_) sounds.push_back({feed, slot});
  return open_(plan, captured, report, warnings_, sounds);
}

void Segments::write(const Frame& frame, const Region& damage, std::int64_t slot) {
  const Size size = frame.size();
  try {
    if (size == captured_ || !split_on_resize_)
      return sink_->write(frame, damage, slot - first_slot_);
    close_current(slot);
    begin_next(size, slot);
    sink_->write(frame, Rect::of(size), 0);
  } catch (const DiskFull&) {
    throw;
  } catch (const PipeClosed&) {
    throw;
  } catch (const SizeReached&) {
    throw;
  } catch (const MediaError& error) {
    if (!report_.hardware || !is_regular_file(plan_.request.path)) throw;
    const auto software = software_plan(plan_);
    if (!software) throw;
    fall_back(*software, error, frame, slot);
  }
}

void Segments::fall_back(const OutputPlan& software, const MediaError& error, const Frame& frame,
                         std::int64_t slot) {
  const std::string failed = report_.name;
  close_current(slot);
  plan_ = software;
  report_.tried.push_back({failed, error.what()});
  const std::string path = begin_next(frame.size(), slot);
  warnings_.push_back({"encoder_failed",
                       "encoder " + failed + " failed in mid-recording (" + error.what() +
                           "); the recording goes on with " + report_.name + " in " + path,
                       "choose --encoder x264 from the start"});
  sink_->write(frame, Rect::of(frame.size()), 0);
}

/// Throws if the file could not be finished: then it is the recording's last.
void Segments::close_current(std::int64_t slots) {
  sink_->finish(slots - first_slot_);
}

std::string Segments::begin_next(Size captured, std::int64_t slot) {
  OutputPlan next = plan_;
  next.request.claimed = false;
  if (max_bytes_) next.request.limit = SizeLimit{*max_bytes_ - bytes_written(), false};
  EncoderReport report;
  std::unique_ptr<FrameSink> sink;
  while (!sink) {
    do next.request.path = insert_before_ending(plan_.request.path, std::to_string(++number_));
    while (!plan_.request.force && path_exists(next.request.path));
    try {
      sink = open_at(slot, next, captured, report);
    } catch (const MediaError& error) {
      // Another recording may have taken the name meanwhile.
      if (error.native_code() != "EEXIST") throw;
    }
  }
  for (OutputFile& file : sink_->files()) closed_.push_back(std::move(file));
  closed_parts_.push_back({first_slot_, sink_->kept()});
  closed_audio_ = audio();
  {
    const std::lock_guard lock(changing_);
    closed_bytes_ += sink_->bytes_written();
    closed_converted_ += sink_->bytes_converted();
    sink_ = std::move(sink);
  }
  report.tried.insert(report.tried.begin(), report_.tried.begin(), report_.tried.end());
  report_ = std::move(report);
  captured_ = captured;
  first_slot_ = slot;
  return next.request.path;
}

void Segments::interrupt() noexcept {
  const std::lock_guard lock(changing_);
  sink_->interrupt();
}

void Segments::hurry() noexcept {
  const std::lock_guard lock(changing_);
  sink_->hurry();
}

std::optional<std::string> Segments::sync_failure() const {
  const std::lock_guard lock(changing_);
  return sink_->sync_failure();
}

std::int64_t Segments::bytes_written() const noexcept {
  const std::lock_guard lock(changing_);
  return closed_bytes_ + sink_->bytes_written();
}

void Segments::finish(std::int64_t slots) {
  sink_->finish(slots - first_slot_);
}

std::vector<KeptPart> Segments::kept() const {
  std::vector<KeptPart> parts = closed_parts_;
  if (sink_) parts.push_back({first_slot_, sink_->kept()});
  return parts;
}

std::vector<AudioTrackReport> Segments::audio() const {
  if (!sink_) return closed_audio_;
  std::vector<AudioTrackReport> all = sink_->audio();
  for (std::size_t i = 0; i < std::min(all.size(), closed_audio_.size()); ++i)
    all[i].samples += closed_audio_[i].samples;
  return all;
}

std::vector<OutputFile> Segments::files() const {
  std::vector<OutputFile> all = closed_;
  if (sink_)
    for (OutputFile& file : sink_->files()) all.push_back(std::move(file));
  return all;
}

}  // namespace rustcam
