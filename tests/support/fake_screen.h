// A scripted screen for tests, whose pixels, pointer, losses and sizes the test decides.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/capture_session.h"
#include "capture/frame_source.h"
#include "platform/clock.h"

namespace rustcam::test {

/// How truthful the dirty hints are; all are allowed by FrameSource.
enum class Hints {
  exact = 1,
  enlarged,  ///< more than what changed
  omitted,   ///< unknown
  wild,      ///< more than what changed, and beyond the screen's edges
};

/// What opening the screen answers.
enum class Presence { here = 1, absent, refused, disconnected };

/// One screen. Any member may be called from any thread.
class FakeScreen {
 public:
  FakeScreen(std::string name, Rect desktop, int index);

  /// Before anything opens it: its time, else the machine's. With a simulated one, only threads
  /// that this knows may use it.
  void use(Clock& clock) { clock_ = &clock; }
  /// A read, of however many pixels, takes so long.
  void set_read_time(Duration d);

  /// Calls that wait for news do not return while this is so, whatever their deadline and whoever
  /// asks them to stop.
  void set_hanging(bool hanging);

  void fill(const Rect& r, std::uint32_t bgra);  ///< shown with the next present()
  void present();                                ///< one compositor frame
  void set_pointer(Pointer pointer);             ///< announced as a pointer-only update
  void resize(Size size);                        ///< fills with black; sources answer `resized`
  /// Sources open now answer access_lost once each.
  void lose(std::string code, std::string text);
  void set_presence(Presence presence);
  void set_hints(Hints hints);
  void set_index(int index);
  /// Sources that are opened from now on have a desktop, but bring no first update of their own.
  void set_silent(bool silent);
  void fail_next_read(bool fail = true);  ///< with AccessLost
  void fail_next_acquire_with_device_error();
  /// The system shares textures, this many at a time.
  void set_textures(std::size_t count);

  TargetInfo target() const;
  std::vector<std::uint32_t> pixels() const;
  std::int64_t pixels_read() const;
  int openings() const;
  int open_sources() const;

 private:
  friend class FakeSource;
  friend std::unique_ptr<FrameSource> open_screen(const std::shared_ptr<FakeScreen>& screen,
                                                  const SourceOptions& options);

  Clock* clock_ = &machine_clock();
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Duration read_time_{};
  bool hanging_ = false;
  TimePoint presented_{};
  TargetInfo target_;
  std::vector<std::uint32_t> pixels_;
  Region drawn_;
  std::vector<Region> frames_;  ///< what each compositor frame changed
  Pointer pointer_;
  std::uint64_t pointer_moves_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t sizes_ = 0;
  FrameSource::Loss loss_;
  Presence presence_ = Presence::here;
  Hints hints_ = Hints::exact;
  bool silent_ = false;
  bool fail_read_ = false;
  bool fail_acquire_ = false;
  std::size_t textures_ = 0;
  std::vector<std::weak_ptr<const void>> textures_held_;
  std::int64_t pixels_read_ = 0;
  int openings_ = 0;
  int open_sources_ = 0;
};

}  // namespace rustcam::test
