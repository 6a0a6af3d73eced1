// A Wayland compositor for tests: outputs that tests paint, captured through wlr-screencopy and
// ext-image-copy-capture; it keeps to the protocols, or breaks them as it is told, and reports what
// its clients do wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/region.h"
#include "base/time.h"
#include "fault.h"
#include "image/image_view.h"
#include "report.h"
#include "settings.h"

namespace rustcam::test {

/// Serves on a thread of its own, at a socket in a temporary folder (0700) that goes with it. All
/// functions belong to one thread of the test's and return when they have taken effect. Outputs are
/// called by their names; those that do not exist are std::invalid_argument. Pictures and places
/// are upright, in the output's own pixels.
class Compositor {
 public:
  /// Throws std::runtime_error.
  explicit Compositor(const std::vector<OutputSettings>& outputs = {OutputSettings{}},
                      Offer offered = {});
  ~Compositor();
  Compositor(const Compositor&) = delete;
  Compositor& operator=(const Compositor&) = delete;

  /// For the environment of clients: XDG_RUNTIME_DIR and WAYLAND_DISPLAY.
  const std::string& runtime_dir() const noexcept { return folder_; }
  const std::string& display() const noexcept { return display_; }

  void add_output(const OutputSettings& settings);
  /// The output is black afterwards if its size or transform change. The name must stay.
  void change_output(const OutputSettings& settings);
  void remove_output(const std::string& name);

  /// `colour`: 0xRRGGBB. The damage is exactly `rect`, clipped to the output.
  void paint(const std::string& output, const Rect& rect, std::uint32_t colour);
  /// `pixels` (bgra) into the place whose upper left corner is `corner`.
  void paint(const std::string& output, Point corner, const ConstImageView& pixels);
  /// Paints frame 0 of a scene of src/stimulus now, and the next ones at that rate by the clock.
  /// Frames whose time has passed are left out (counted as "skipped").
  void play(const std::string& output, std::string_view scene, double hz);
  void stop_playing(const std::string& output);

  /// Its hot spot at `place`.
  void move_pointer(const std::string& output, Point place);
  void hide_pointer();
  void set_pointer_image(const PointerImage& image);

  /// For clients that connect later; those who know a protocol keep it.
  void offer(Offer offered);
  /// wl_shm formats, the best first, for captures that begin later. wlr tells only the first.
  void set_formats(const std::vector<std::uint32_t>& formats);

  void arm(Fault fault, int times = Faults::for_ever);
  /// Answers nothing and reads nothing until told otherwise.
  void set_silent(bool silent);
  /// As if it had crashed: clients lose their connection, new ones find nothing.
  void stop();
  /// Begins anew at the same socket, with the same outputs, black.
  void restart();

  CompositorReport report();
  /// Waits until `seen` holds; false if it does not within `patience`.
  bool wait_for(const std::function<bool(const CompositorReport&)>& seen, Duration patience);

 private:
  class Running;
  /// On the compositor's thread, or at once if it is stopped.
  void run(const std::function<void()>& task);
  Running& running();

  std::string folder_;
  std::string display_ = "wayland-test";
  std::vector<OutputSettings> outputs_;
  std::vector<std::uint32_t> formats_;
  PointerImage pointer_image_;
  Offer offered_;
  CompositorReport report_;
  Faults faults_;
  std::unique_ptr<Running> running_;
};

}  // namespace rustcam::test
