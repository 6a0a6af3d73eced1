// A sink that remembers what it was given, and can be slow or fail.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/clock.h"
#include "record/segments.h"

namespace rustcam::test {

struct Written {
  std::int64_t slot = 0;
  std::uint64_t desktop_sequence = 0;
  TimePoint presented{};
  Size size;
  Region damage;
  std::uint32_t corner = 0;  ///< the bgra pixel at (0, 0)
};

/// One file's story, which outlives its sink.
struct SinkLog {
  std::mutex mutex;
  std::vector<Written> writes;
  std::int64_t finished = -1;
  Size captured;
  std::string path;
  std::string encoder;
  std::vector<SoundInput> sounds;
  std::vector<std::int64_t> idle_slots;
  std::vector<std::int64_t> resumed;  ///< slots
};

struct FakeSinkOptions {
  std::int64_t longest_gap = std::numeric_limits<std::int64_t>::max();
  bool hardware = false;
  bool takes_textures = false;
  Duration delay{};
  Clock* clock = &machine_clock();  ///< on which the delay passes
  std::int64_t bytes_a_write = 1000;
  /// Called before each write, with how many there were; may throw.
  std::function<void(std::int64_t)> before_write;
  std::function<void()> before_finish;
  std::function<void()> interrupt;
  std::function<void()> hurry;
  std::int64_t lost = 0;       ///< slots that did not reach the file, though their writes did well
  std::int64_t unencoded = 0;  ///< of the last pictures, once hurried
  std::optional<SizeLimit> limit{};
  /// What the encoder is found to have held when the file is finished at a slot: then any
  /// MediaError of write() or finish() is the encoder's, and another one may go on.
  std::function<Handover(std::int64_t)> hand_over{};
  bool gone = false;  ///< once finished, there is no file
};

class FakeSink final : public FrameSink {
 public:
  FakeSink(FakeSinkOptions options, std::shared_ptr<SinkLog> log)
      : options_(std::move(options)), log_(std::move(log)) {}

  void write(const Frame& frame, const Region& damage, std::int64_t slot) override {
    failed_ = true;
    if (options_.before_write)
      options_.before_write(static_cast<std::int64_t>(log_->writes.size()));
    if (options_.limit && !(bytes_written() == 0 && options_.limit->first_picture_anyway) &&
        bytes_written() + options_.bytes_a_write > options_.limit->bytes)
      throw SizeReached("no more room");
    failed_ = false;
    if (options_.delay > Duration::zero())
      options_.clock->sleep_until(options_.clock->now() + options_.delay);
    Written w;
    w.slot = slot;
    w.desktop_sequence = frame.desktop_sequence;
    w.presented = frame.presented;
    w.size = frame.size();
    w.damage = damage;
    w.corner = pixel(frame.view(), {0, 0});
    if (rebuilt_size_ != w.size) {
      rebuilt_.assign(
          static_cast<std::size_t>(w.size.width) * static_cast<std::size_t>(w.size.height), 0);
      differs_since_.assign(rebuilt_.size(), 0);
      rebuilt_size_ = w.size;
    }
    for (const Rect& r : damage.rects())
      for (int y = r.top; y < r.bottom; ++y)
        for (int x = r.left; x < r.right; ++x) at({x, y}) = pixel(frame.view(), {x, y});
    check_damage(frame);
    const std::lock_guard lock(log_->mutex);
    log_->writes.push_back(std::move(w));
  }
  void idle(std::int64_t slot) override {
    const std::lock_guard lock(log_->mutex);
    log_->idle_slots.push_back(slot);
  }
  void finish(std::int64_t slots) override {
    if (log_->finished >= 0) return;
    if (options_.hand_over) left_ = options_.hand_over(slots);
    {
      const std::lock_guard lock(log_->mutex);
      log_->finished = left_ ? left_->slot : slots;
    }
    if (options_.before_finish) options_.before_finish();
  }
  bool hands_over() const noexcept override { return options_.hand_over != nullptr; }
  Handover hand_over() const override { return left_.value(); }
  void resume(std::span<const HeldPicture> pictures) override {
    const std::lock_guard lock(log_->mutex);
    for (const HeldPicture& picture : pictures) log_->resumed.push_back(picture.slot);
  }
  std::int64_t bytes_converted() const noexcept override { return 0; }
  std::int64_t longest_gap() const noexcept override { return options_.longest_gap; }
  std::int64_t bytes_written() const noexcept override {
    const std::lock_guard lock(log_->mutex);
    return static_cast<std::int64_t>(log_->writes.size()) * options_.bytes_a_write;
  }
  void interrupt() noexcept override {
    if (options_.interrupt) options_.interrupt();
  }
  void hurry() noexcept override {
    hurried_ = true;
    if (options_.hurry) options_.hurry();
  }
  Kept kept() const noexcept override {
    const std::lock_guard lock(log_->mutex);
    Kept kept;
    if (options_.gone && log_->finished >= 0) return kept;
    kept.samples = std::ssize(log_->writes) + std::ssize(log_->resumed);
    if (left_) {
      kept.samples -= std::ssize(left_->pictures) + left_->lost;
      kept.slots = left_->slot;
      return kept;
    }
    if (!log_->writes.empty()) kept.slots = log_->writes.back().slot + 1;
    if (!failed_) kept.slots = std::max(kept.slots, log_->finished);
    if (hurried_) kept.samples -= options_.unencoded;
    kept.slots = std::max<std::int64_t>(kept.slots - options_.lost, 0);
    kept.samples = std::max<std::int64_t>(kept.samples - options_.lost, 0);
    return kept;
  }
  std::vector<AudioTrackReport> audio() const override {
    const std::lock_guard lock(log_->mutex);
    constexpr std::int64_t samples_a_slot = 800;
    const std::int64_t samples = std::max<std::int64_t>(log_->finished, 0) * samples_a_slot;
    return std::vector<AudioTrackReport>(log_->sounds.size(), {"aac", 48000, 2, 160000, samples});
  }
  Size encoded_size() const noexcept override { return log_->captured; }
  Size picture_size() const noexcept override { return log_->captured; }
  std::vector<OutputFile> files() const override {
    if (options_.gone && log_->finished >= 0) return {};
    const std::int64_t bytes = bytes_written();
    return {{log_->path, "mp4", bytes, std::max<std::int64_t>(log_->finished, 0)}};
  }
  Duration last_encode_time() const noexcept override { return options_.delay; }

  // In all sinks of a Bench:
  static bool damage_was_exact;   ///< each picture told all that it changed
  static bool damage_was_enough;  ///< it or the screen's next did

 private:
  /// A screen that draws while it is read may show a pixel before it tells of it, but has told of
  /// it by its next frame.
  void check_damage(const Frame& frame) {
    for (int y = 0; y < rebuilt_size_.height; ++y)
      for (int x = 0; x < rebuilt_size_.width; ++x) {
        std::uint64_t& since = differs_since_[index({x, y})];
        if (at({x, y}) == pixel(frame.view(), {x, y})) {
          since = 0;
          continue;
        }
        damage_was_exact = false;
        if (since == 0)
          since = frame.desktop_sequence;
        else if (since < frame.desktop_sequence)
          damage_was_enough = false;
      }
  }
  static std::uint32_t pixel(const ConstImageView& view, Point p) {
    const std::uint8_t* b = view.row(p.y) + std::ptrdiff_t{4} * p.x;
    return static_cast<std::uint32_t>(b[0] | b[1] << 8 | b[2] << 16) |
           static_cast<std::uint32_t>(b[3]) << 24;
  }
  std::size_t index(Point p) const {
    return static_cast<std::size_t>(p.y * rebuilt_size_.width + p.x);
  }
  std::uint32_t& at(Point p) { return rebuilt_[index(p)]; }

  FakeSinkOptions options_;
  std::shared_ptr<SinkLog> log_;
  std::vector<std::uint32_t> rebuilt_;  ///< from the damaged parts alone
  /// The desktop_sequence since which a pixel of `rebuilt_` has not been the frame's; 0: it is.
  std::vector<std::uint64_t> differs_since_;
  Size rebuilt_size_;
  std::optional<Handover> left_;
  std::atomic<bool> hurried_{false};
  bool failed_ = false;  ///< in the last write
};

inline bool FakeSink::damage_was_exact = true;
inline bool FakeSink::damage_was_enough = true;

/// Opens fake sinks and keeps their logs.
struct FakeSinks {
  FakeSinkOptions options;
  /// For the second sink and those after it.
  std::optional<FakeSinkOptions> later;
  Duration opening{};  ///< how long it takes to open one
  std::vector<std::shared_ptr<SinkLog>> logs;

  SinkFactory factory() {
    return
        [this](const OutputPlan& plan, Size captured, EncoderReport& report, std::vector<Warning>&,
               std::span<const SoundInput> sounds) -> std::unique_ptr<FrameSink> {
          const FakeSinkOptions& chosen = logs.empty() || !later ? options : *later;
          if (opening > Duration::zero())
            options.clock->sleep_until(options.clock->now() + opening);
          auto log = std::make_shared<SinkLog>();
          log->captured = captured;
          log->path = plan.request.path;
          log->sounds.assign(sounds.begin(), sounds.end());
          log->encoder = plan.encoders.empty() ? "" : plan.encoders.front();
          logs.push_back(log);
          report.name = log->encoder;
          report.hardware = chosen.hardware;
          report.preset = "medium";
          if (plan.textures && chosen.takes_textures) report.input = "texture";
          FakeSinkOptions given = chosen;
          given.limit = plan.request.limit;
          return std::make_unique<FakeSink>(std::move(given), log);
        };
  }
};

}  // namespace rustcam::test
