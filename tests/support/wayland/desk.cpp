#include "desk.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rustcam::test {

void Desk::violation(std::string_view kind, const std::string& what) {
  report.violations.push_back(std::string(kind) + ": " + what);
}

void Desk::forbid(wl_resource* resource, std::uint32_t code, std::string_view kind,
                  const std::string& what) {
  violation(kind, what);
  posting_error = true;
  wl_resource_post_error(resource, code, "%s", what.c_str());
  posting_error = false;
}

void Desk::careless(std::string_view kind, const std::string& what) {
  report.careless.push_back(std::string(kind) + ": " + what);
}

void Desk::count(std::string_view what) {
  ++report.counts[std::string(what)];
}

Screen* Desk::screen(std::string_view name) const {
  const auto found = std::ranges::find_if(
      screens, [&](const auto& one) { return !one->gone() && one->settings().name == name; });
  return found == screens.end() ? nullptr : found->get();
}

void Desk::move_pointer(Screen* screen, Point place) {
  Screen* const before = pointer.screen;
  const Rect old = pointer.rect();
  pointer.screen = screen;
  pointer.place = place;
  if (before != nullptr && before != screen) pointer_covers(before, old);
  if (screen != nullptr)
    for (const Rect& rect : {before == screen ? old : Rect{}, pointer.rect()})
      pointer_covers(screen, rect);
}

void Desk::set_pointer_image(PointerImage image) {
  const Rect old = pointer.rect();
  pointer.image = std::move(image);
  for (CaptureProtocol* one : captures) one->pointer_reshaped();
  if (pointer.screen == nullptr) return;
  pointer_covers(pointer.screen, old);
  pointer_covers(pointer.screen, pointer.rect());
}

void Desk::pointer_covers(Screen* screen, const Rect& rect) {
  const Region covered = intersect(rect, Rect::of(screen->size()));
  for (CaptureProtocol* one : captures) one->pointer_changed(*screen, covered);
  screen->request_frame(now());
}

}  // namespace rustcam::test
