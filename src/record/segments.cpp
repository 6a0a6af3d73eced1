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
      open_(std::move(open)),
      path_(plan.request.path) {
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
  auto sink = open_(plan, captured, report, warnings_, sounds);
  if (plan_.textures && report.input == "memory") {
    plan_.textures.reset();
    in_memory_();
  }
  return sink;
}

void Segments::set_textures(std::shared_ptr<TextureHome> home, const std::string& refusal,
                            std::function<void()> in_memory) {
  plan_.textures = std::move(home);
  in_memory_ = std::move(in_memory);
  if (!refusal.empty())
    report_.tried.push_back({plan_.encoders.front(), textures_refused + refusal});
}

void Segments::write(const Frame& frame, const Region& damage, std::int64_t slot) {
  try {
    return write_or_split(frame, damage, slot);
  } catch (const MediaError& error) {
    if (!sink_->hands_over()) throw;
    close_current(slot);
    const Handover left = sink_->hand_over();
    const bool resized = left.pictures.empty() && split_on_resize_;
    fall_back(error, left, resized ? frame.size() : captured_);
    // There may be no picture to repeat for what was lost.
    if (left.pictures.empty() && first_slot_ < slot)
      write_or_split(frame, Rect::of(frame.size()), first_slot_);
  }
  write_or_split(frame, Rect::of(frame.size()), slot);
}

void Segments::write_or_split(const Frame& frame, const Region& damage, std::int64_t slot) {
  const Size size = frame.size();
  if (size == captured_ || !split_on_resize_)
    return sink_->write(frame, damage, slot - first_slot_);
  close_current(slot);
  begin_next(size, slot);
  sink_->write(frame, Rect::of(size), 0);
}

void Segments::note_failure(const MediaError& error, const Handover& left,
                            const std::string& failed, const std::string& outcome) {
  report_.tried.push_back({failed, error.what()});
  report_.lost_in_flight += left.lost;
  std::string lost;
  if (left.lost > 0)
    lost = "; " + std::to_string(left.lost) +
           (left.lost == 1 ? " picture was lost: the one beside it is shown longer"
                           : " pictures were lost: the one beside them is shown longer");
  warnings_.push_back(
      {"encoder_failed",
       "encoder " + failed + " failed in mid-recording (" + error.what() + ")" + outcome + lost,
       "choose --encoder x264 from the start"});
}

void Segments::fall_back(const MediaError& error, const Handover& left, Size captured) {
  plan_ = *software_plan(plan_);
  const std::string failed = report_.name;
  const std::string path = begin_next(captured, first_slot_ + left.slot);
  note_failure(error, left, failed, "; the recording goes on with " + report_.name + " in " + path);
  std::vector<HeldPicture> pictures = left.pictures;
  for (HeldPicture& picture : pictures) picture.slot -= left.slot;
  sink_->resume(pictures);
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
  // A file that came to hold no picture is gone.
  for (bool again = sink_->files().empty(); !sink; again = false) {
    next.request.path = again ? path_ : free_path();
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
  report.lost_in_flight = report_.lost_in_flight;
  report_ = std::move(report);
  captured_ = captured;
  first_slot_ = slot;
  path_ = next.request.path;
  return path_;
}

/// The next numbered one.
std::string Segments::free_path() {
  for (;;) {
    std::string path = insert_before_ending(plan_.request.path, std::to_string(++number_));
    if (plan_.request.force || !path_exists(path)) return path;
  }
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
  try {
    return sink_->finish(slots - first_slot_);
  } catch (const MediaError& error) {
    if (!sink_->hands_over()) throw;
    const Handover left = sink_->hand_over();
    if (left.pictures.empty()) {
      if (sink_->kept().samples == 0) throw;
      note_failure(error, left, report_.name, "");
      return;
    }
    fall_back(error, left, captured_);
  }
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
