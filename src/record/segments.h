// The files of one recording, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/sound_feed.h"
#include "media/open_sink.h"
#include "record/slot_ledger.h"

namespace rustcam {

/// Opens a sink for pictures of `captured` size; what open_sink does.
using SinkFactory = std::function<std::unique_ptr<FrameSink>(
    const OutputPlan& plan, Size captured, EncoderReport& report, std::vector<Warning>& warnings,
    std::span<const SoundInput> sounds)>;

/// Writes to one sink at a time. Begins a numbered file (out-2.mp4) if a picture's size changes
/// and that was asked for, and if a hardware encoder that nobody asked for fails: then x264 goes
/// on, first with the pictures that the other one held. Slots count over the whole recording here;
/// each file's begin at 0. Confined to one thread at a time.
class Segments {
 public:
  /// `max_bytes`: of all files together.
  Segments(const OutputPlan& plan, bool split_on_resize, std::optional<std::int64_t> max_bytes,
           SinkFactory open);

  /// Before open(): the tracks of sound, in the order of the plan's. They must outlive the files.
  void set_sound(std::vector<SoundFeed*> feeds) { feeds_ = std::move(feeds); }
  /// Before open(): where the pictures are (null: in memory), and, if textures were asked for and
  /// they are not, why. `in_memory` is called as soon as it is known that no file takes textures
  /// any more.
  void set_textures(std::shared_ptr<TextureHome> home, const std::string& refusal,
                    std::function<void()> in_memory);
  /// Opens the first file; throws what open_sink throws.
  void open(Size captured);
  /// As FrameSink::write.
  void write(const Frame& frame, const Region& damage, std::int64_t slot);
  /// As FrameSink::idle.
  void idle(std::int64_t slot) { sink_->idle(slot - first_slot_); }
  /// As FrameSink::finish: the recording is `slots` long.
  void finish(std::int64_t slots);
  /// Any thread: as FrameSink::hurry.
  void hurry() noexcept;
  /// As FrameSink::kept, of each file.
  std::vector<KeptPart> kept() const;

  /// Any thread: as FrameSink::interrupt.
  void interrupt() noexcept;
  /// Any thread: as FrameSink::sync_failure, of the current file.
  std::optional<std::string> sync_failure() const;
  /// Any thread.
  std::int64_t bytes_written() const noexcept;

  /// As FrameSink::longest_gap.
  std::int64_t longest_gap() const noexcept { return sink_->longest_gap(); }
  Duration last_encode_time() const noexcept { return sink_->last_encode_time(); }
  std::int64_t bytes_converted() const noexcept {
    return closed_converted_ + sink_->bytes_converted();
  }
  Size encoded_size() const noexcept { return encoded_; }  ///< of the first file
  Size picture_size() const noexcept { return picture_; }
  std::vector<OutputFile> files() const;
  /// As FrameSink::audio, of all files together.
  std::vector<AudioTrackReport> audio() const;
  const EncoderReport& encoder() const noexcept { return report_; }
  /// Those that came since the last call.
  std::vector<Warning> take_warnings() { return std::exchange(warnings_, {}); }

 private:
  void write_or_split(const Frame& frame, const Region& damage, std::int64_t slot);
  std::string free_path();
  /// Returns the new file's path.
  std::string begin_next(Size captured, std::int64_t slot);
  void close_current(std::int64_t slots);
  std::unique_ptr<FrameSink> open_at(std::int64_t slot, const OutputPlan& plan, Size captured,
                                     EncoderReport& report);
  void note_failure(const MediaError& error, const Handover& left, const std::string& failed,
                    const std::string& outcome);
  void fall_back(const MediaError& error, const Handover& left, Size captured);

  OutputPlan plan_;
  bool split_on_resize_;
  std::optional<std::int64_t> max_bytes_;
  SinkFactory open_;
  std::vector<SoundFeed*> feeds_;
  std::function<void()> in_memory_;
  mutable std::mutex changing_;  ///< from one sink to the next
  std::unique_ptr<FrameSink> sink_;
  Size captured_;
  Size encoded_;
  Size picture_;
  std::string path_;             ///< of the current file
  std::int64_t first_slot_ = 0;  ///< and its first slot
  int number_ = 1;
  std::int64_t closed_bytes_ = 0;  ///< of the files before the current one
  std::int64_t closed_converted_ = 0;
  std::vector<OutputFile> closed_;
  std::vector<KeptPart> closed_parts_;
  std::vector<AudioTrackReport> closed_audio_;
  EncoderReport report_;
  std::vector<Warning> warnings_;
};

}  // namespace rustcam
