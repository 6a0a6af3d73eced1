// What the parts of the test compositor share. Confined to its thread, as all of them are.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/region.h"
#include "base/time.h"
#include "fault.h"
#include "protocols.h"
#include "report.h"
#include "screen.h"
#include "settings.h"

namespace rustcam::test {

/// What a protocol of capture hears.
class CaptureProtocol {
 public:
  virtual ~CaptureProtocol() = default;
  /// Pixels have changed, in upright coordinates.
  virtual void damaged(Screen& screen, const Region& region) = 0;
  /// The pointer has moved, changed, come or gone; `covered` is where it was and is on `screen`.
  virtual void pointer_changed(Screen& screen, const Region& covered) = 0;
  /// Another picture: another image, size or hot spot.
  virtual void pointer_reshaped() = 0;
  /// Size or transform have changed.
  virtual void reshaped(Screen& screen) = 0;
  virtual void removed(Screen& screen) = 0;
  /// A frame of the output is shown.
  virtual void present(Screen& screen, TimePoint when) = 0;
  /// Comes before the client's objects are destroyed.
  virtual void client_left(wl_client* client) = 0;
};

struct PointerState {
  Screen* screen = nullptr;  ///< null: hidden
  Point place;               ///< of the hot spot, in upright pixels of the screen
  PointerImage image;

  /// What it covers, not clipped.
  Rect rect() const {
    return Rect::of({place.x - image.hot_spot.x, place.y - image.hot_spot.y}, image.size);
  }
  bool touches(const Screen& one) const {
    return screen == &one && !intersect(rect(), Rect::of(one.size())).empty();
  }
};

struct Desk {
  Desk(CompositorReport& into, Faults& planned) : report(into), faults(planned) {}

  /// Something that a protocol forbids.
  void violation(std::string_view kind, const std::string& what);
  /// The same, where the protocol has an error for it.
  void forbid(wl_resource* resource, std::uint32_t code, std::string_view kind,
              const std::string& what);
  void careless(std::string_view kind, const std::string& what);
  void count(std::string_view what);

  Screen* screen(std::string_view name) const;  ///< null if there is none
  void move_pointer(Screen* screen, Point place);
  void set_pointer_image(PointerImage image);

  wl_display* display = nullptr;
  CompositorReport& report;
  Faults& faults;
  std::vector<std::uint32_t> formats;            ///< that captures are offered in, the best first
  std::vector<std::unique_ptr<Screen>> screens;  ///< gone ones too: clients may still name them
  PointerState pointer;
  std::vector<CaptureProtocol*> captures;
  std::set<wl_resource*> busy_buffers;  ///< that a pending capture will write to
  bool posting_error = false;
  bool closing = false;  ///< clients go because the compositor does

 private:
  void pointer_covers(Screen* screen, const Rect& rect);
};

}  // namespace rustcam::test
