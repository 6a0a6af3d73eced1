// The engine's public face.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "capture/capture_stream.h"
#include "capture/gpu_source.h"
#include "capture/picture_server.h"
#include "capture/selection.h"
#include "capture/slot_stream.h"

namespace rustcam {

/// An output by its index or its name.
struct OutputChoice {
  OutputChoice(int index) : text(std::to_string(index)) {}  // NOLINT(google-explicit-constructor)
  OutputChoice(std::string name)                            // NOLINT(google-explicit-constructor)
      : text(std::move(name)) {}
  OutputChoice(const char* name) : text(name) {}  // NOLINT(google-explicit-constructor)
  std::string text;
};

/// Frames a second, as a whole number or a fraction.
struct FrameRate {
  FrameRate(int hz) : rate(make_rational(hz, 1)) {}  // NOLINT(google-explicit-constructor)
  FrameRate(std::int64_t num, std::int64_t den) : rate(make_rational(num, den)) {}
  FrameRate(Rational r) : rate(r) {}  // NOLINT(google-explicit-constructor)
  Rational rate;
};

struct CapturerOptions {
  std::optional<OutputChoice> output{};  ///< default: the primary one
  bool cursor = true;
  std::optional<Rect> region{};  ///< from the output's corner; nullopt: all of it
  std::string backend = "auto";
  std::optional<int> device{};  ///< only that adapter's outputs
  RecoveryPolicy recovery{};
};

struct GrabOptions {
  Duration timeout = std::chrono::seconds(1);
  PixelFormat format = PixelFormat::bgra;
  std::optional<Rect> region{};  ///< from the output's corner, inside Capturer::region()
};

struct StartOptions {
  std::optional<FrameRate> target_fps{};  ///< nullopt: every desktop frame (not with `video_mode`)
  bool video_mode = false;                ///< latest() repeats the last frame when nothing is new
};

struct FramesOptions {
  FrameRate fps{60};
  PixelFormat format = PixelFormat::bgra;
  Duration timeout = std::chrono::seconds(1);  ///< for the first frame
};

struct SlotFrame {
  Frame frame;
  TimePoint slot_time{};
};

/// What Capturer::frames() returns: a range that is walked once. It ends with Capturer::stop().
class FrameSequence {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = SlotFrame;
    explicit Iterator(FrameSequence* sequence) : sequence_(sequence) {}
    SlotFrame& operator*() const noexcept { return *sequence_->current_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) noexcept { return i.done(); }

   private:
    bool done() const noexcept { return !sequence_->current_; }
    FrameSequence* sequence_;
  };

  FrameSequence(std::shared_ptr<SlotStream> stream, std::shared_ptr<PictureServer> server,
                PixelFormat format);
  ~FrameSequence();
  FrameSequence(FrameSequence&&) noexcept = default;
  FrameSequence& operator=(FrameSequence&&) = delete;

  /// Waits for the first frame. Throws CaptureTimeout, AccessLost; as does ++.
  Iterator begin();
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  void advance();

  std::shared_ptr<SlotStream> stream_;
  std::shared_ptr<PictureServer> server_;
  PixelFormat format_;
  std::int64_t next_slot_ = 0;
  std::uint64_t last_sequence_ = 0;
  Frame last_;  ///< as served, so that a repeated frame is converted once
  std::optional<SlotFrame> current_;
};

/// Captures one region of one output. grab(), start(), frames() and grab_gpu() belong to the thread
/// that made it and exclude one another: std::logic_error otherwise. Everything else may be called
/// from any thread. A lost output is reopened as RecoveryPolicy says; if that has given up,
/// AccessLost is thrown.
class Capturer {
 public:
  /// Opens the output. Throws UsageError (a std::invalid_argument) for an unknown output or a
  /// region that is not wholly inside it, CaptureError if the screen cannot be captured.
  explicit Capturer(const CapturerOptions& options = {});
  Capturer(const Selection& selection, bool cursor, RecoveryPolicy recovery = {});
  ~Capturer();
  Capturer(const Capturer&) = delete;
  Capturer& operator=(const Capturer&) = delete;

  /// The next desktop frame that no grab() has returned; the first call returns what the screen
  /// shows, moving or not. nullopt after `timeout` (0: does not wait), also while the output is
  /// lost: loss() tells. A moved pointer makes no new frame. Throws UsageError for a bad region,
  /// CaptureError if the caller holds all pictures.
  std::optional<Frame> grab(const GrabOptions& options = {});

  /// Captures on a thread of its own until stop(). Throws std::invalid_argument for a video mode
  /// without a rate, and what opening throws.
  void start(const StartOptions& options = {});
  /// The newest frame that no call has returned; waits for one. Empty after `timeout` or stop().
  /// Throws std::logic_error without start().
  Frame latest(Duration timeout, PixelFormat format = PixelFormat::bgra);
  /// Ends start() or frames(); no effect if nothing runs.
  void stop();

  /// Pictures for exact slots of time; the last one again if the screen showed nothing new.
  FrameSequence frames(const FramesOptions& options = {});

  /// The next desktop frame as a texture, whole and without the pointer. Throws CaptureError if
  /// the system shares no textures. In strict order nullopt comes at once if the reader has not
  /// given the next texture back.
  std::optional<GpuFrame> grab_gpu(Duration timeout, GpuOrder order = GpuOrder::newest);

  /// True from start() or frames() to stop().
  bool is_capturing() const;
  /// Why the output is away just now; empty while it is there.
  std::string loss() const;

  std::int32_t width() const { return region().size().width; }
  std::int32_t height() const { return region().size().height; }
  Rect region() const;  ///< from the output's corner
  std::string output() const { return output_info().name; }
  int device() const { return output_info().device; }
  bool cursor() const noexcept { return recipe_.cursor; }
  Rotation rotation() const { return output_info().rotation; }
  static PixelFormat format() noexcept { return PixelFormat::bgra; }  ///< if none is asked for
  TargetInfo output_info() const;

 private:
  void require_idle(const char* what) const;
  ScreenReader& direct();
  void describe();
  template <typename Stream, typename... Arguments>
  std::shared_ptr<Stream> open_stream(bool has_slots, Arguments&&... arguments);
  std::shared_ptr<CaptureStream> running() const;
  template <typename Take>
  auto take_next(Duration timeout, Take take) -> decltype(take(std::declval<ScreenReader&>()));
  Rect on_picture(const Rect& region) const;

  SourceRecipe recipe_;
  std::thread::id owner_ = std::this_thread::get_id();
  std::unique_ptr<ScreenReader> direct_;  ///< confined to the owner
  std::shared_ptr<PictureServer> server_ = std::make_shared<PictureServer>();
  std::uint64_t gpu_frames_ = 0;
  mutable std::mutex mutex_;  ///< for what follows
  std::shared_ptr<CaptureStream> stream_;
  bool stream_has_slots_ = false;  ///< frames() opened it, not start()
  TargetInfo target_;
  Rect region_;
  std::string loss_;
};

/// The outputs of a back end. Throws as find_backend() and Backend::targets() do.
std::vector<TargetInfo> list_outputs(std::string_view backend = "auto");
/// Its display adapters; empty if the system does not tell.
std::vector<DeviceInfo> device_info(std::string_view backend = "auto");

}  // namespace rustcam
