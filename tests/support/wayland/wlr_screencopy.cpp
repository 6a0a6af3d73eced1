#include "wlr_screencopy.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "resource.h"
#include "wlr_frame.h"

namespace rustcam::test {
namespace {

void copy(wl_client*, wl_resource* frame, wl_resource* buffer) {
  object_of<WlrFrame>(frame)->copy(buffer, false);
}

void copy_with_damage(wl_client*, wl_resource* frame, wl_resource* buffer) {
  object_of<WlrFrame>(frame)->copy(buffer, true);
}

const struct zwlr_screencopy_frame_v1_interface frame_requests = {copy, destroy_resource,
                                                                  copy_with_damage};

/// `box`: upright pixels.
void capture(wl_client* client, wl_resource* manager, std::uint32_t id, bool pointer_drawn,
             Screen& screen, const Rect& box) {
  WlrScreencopy& owner = *object_of<WlrScreencopy>(manager);
  wl_resource* resource = make_resource(client, zwlr_screencopy_frame_v1_interface,
                                        wl_resource_get_version(manager), id, nullptr, nullptr);
  if (owner.desk().faults.strike(Fault::wlr_cursor_embedded)) pointer_drawn = true;
  const Rect visible = intersect(box, Rect::of(screen.size()));
  auto* frame =
      new WlrFrame(owner, resource, screen,
                   visible.empty() ? Rect{} : screen.turn().to_buffer(visible), pointer_drawn);
  wl_resource_set_implementation(resource, &frame_requests, frame, delete_object<WlrFrame>);
  frame->describe();
}

void capture_output(wl_client* client, wl_resource* manager, std::uint32_t id,
                    std::int32_t overlay_cursor, wl_resource* output) {
  Screen& screen = *object_of<Screen>(output);
  capture(client, manager, id, overlay_cursor != 0, screen, Rect::of(screen.size()));
}

void capture_output_region(wl_client* client, wl_resource* manager, std::uint32_t id,
                           std::int32_t overlay_cursor, wl_resource* output, std::int32_t x,
                           std::int32_t y, std::int32_t width, std::int32_t height) {
  Screen& screen = *object_of<Screen>(output);
  const auto pixels = [&](std::int32_t logical) {
    return static_cast<std::int32_t>(std::lround(logical * screen.settings().scale));
  };
  capture(client, manager, id, overlay_cursor != 0, screen,
          Rect::of({pixels(x), pixels(y)}, {pixels(width), pixels(height)}));
}

const struct zwlr_screencopy_manager_v1_interface manager_requests = {
    capture_output, capture_output_region, destroy_resource};

void bind(wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
  make_resource(client, zwlr_screencopy_manager_v1_interface, static_cast<int>(version), id,
                &manager_requests, data);
}

}  // namespace

void WlrScreencopy::offer(bool offered) {
  if (offered == (global_ != nullptr)) return;
  if (offered) {
    global_ = wl_global_create(desk_.display, &zwlr_screencopy_manager_v1_interface, 3, this, bind);
  } else {
    wl_global_remove(global_);  // the display frees it: a client may be binding it just now
    global_ = nullptr;
  }
}

void WlrScreencopy::damaged(Screen& screen, const Region& region) {
  for (auto& [viewer, changes] : changes_)
    if (viewer.screen == &screen) changes.region.add(region);
}

void WlrScreencopy::pointer_changed(Screen& screen, const Region& covered) {
  for (auto& [viewer, changes] : changes_)
    if (viewer.screen == &screen && viewer.pointer_drawn) changes.region.add(covered);
}

void WlrScreencopy::reshaped(Screen& screen) {
  for (WlrFrame* frame : frames_)
    if (&frame->screen() == &screen && frame->pending()) frame->fail();
  for (auto& [viewer, changes] : changes_)
    if (viewer.screen == &screen) changes = {Rect::of(screen.size()), true};
}

void WlrScreencopy::removed(Screen& screen) {
  for (WlrFrame* frame : frames_)
    if (&frame->screen() == &screen && frame->pending()) frame->fail();
}

void WlrScreencopy::present(Screen& screen, TimePoint when) {
  for (WlrFrame* frame : frames_)
    if (&frame->screen() == &screen && frame->pending()) frame->present(when);
}

void WlrScreencopy::client_left(wl_client* client) {
  for (WlrFrame* frame : frames_)
    if (wl_resource_get_client(frame->resource()) == client) frame->forget();
  std::erase_if(changes_, [&](const auto& one) { return one.first.client == client; });
}

}  // namespace rustcam::test
