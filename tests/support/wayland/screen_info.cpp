#include "screen_info.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "resource.h"
#include "told.h"

namespace rustcam::test {
namespace {

constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max();
constexpr int done_moved = 3;  ///< the version of xdg-output since which wl_output's done ends it

void tell_done(Screen& screen, wl_resource* output) {
  if (wl_resource_get_version(output) >= WL_OUTPUT_DONE_SINCE_VERSION &&
      !screen.desk().faults.strike(Fault::output_not_done))
    wl_output_send_done(output);
}

void tell_mode(Screen& screen, wl_resource* output) {
  Faults& faults = screen.desk().faults;
  Size mode = screen.settings().mode;
  if (faults.strike(Fault::mode_missing)) return;
  if (faults.strike(Fault::mode_zero)) mode = {0, 0};
  if (faults.strike(Fault::mode_huge)) mode = {far, far};
  wl_output_send_mode(output, WL_OUTPUT_MODE_CURRENT | WL_OUTPUT_MODE_PREFERRED, mode.width,
                      mode.height, screen.settings().refresh);
}

void tell_wl_output(Screen& screen, wl_resource* output) {
  const OutputSettings& is = screen.settings();
  Faults& faults = screen.desk().faults;
  const int version = wl_resource_get_version(output);
  wl_output_send_geometry(output, is.place.x, is.place.y, 0, 0, WL_OUTPUT_SUBPIXEL_UNKNOWN,
                          is.make.c_str(), is.model.c_str(), told_transform(faults, is.transform));
  tell_mode(screen, output);
  if (version >= WL_OUTPUT_SCALE_SINCE_VERSION)
    wl_output_send_scale(output, faults.strike(Fault::scale_absurd)
                                     ? -3
                                     : static_cast<std::int32_t>(std::ceil(is.scale)));
  if (version < WL_OUTPUT_NAME_SINCE_VERSION) return;
  if (const std::optional<std::string> name = told_name(faults, is.name))
    wl_output_send_name(output, name->c_str());
  wl_output_send_description(output, is.description.c_str());
}

void tell_xdg_output(Screen& screen, wl_resource* xdg_output, bool first) {
  const OutputSettings& is = screen.settings();
  Faults& faults = screen.desk().faults;
  const auto shown = [&](std::int32_t pixels) {
    return static_cast<std::int32_t>(std::lround(pixels / is.scale));
  };
  Size logical = is.logical.value_or(Size{shown(screen.size().width), shown(screen.size().height)});
  if (faults.strike(Fault::logical_zero)) logical = {0, 0};
  if (faults.strike(Fault::logical_huge)) logical = {far, far};
  const int version = wl_resource_get_version(xdg_output);
  zxdg_output_v1_send_logical_position(xdg_output, is.place.x, is.place.y);
  zxdg_output_v1_send_logical_size(xdg_output, logical.width, logical.height);
  // The name of an output never changes.
  if (first && version >= ZXDG_OUTPUT_V1_NAME_SINCE_VERSION) {
    if (const std::optional<std::string> name = told_name(faults, is.name))
      zxdg_output_v1_send_name(xdg_output, name->c_str());
    zxdg_output_v1_send_description(xdg_output, is.description.c_str());
  }
  if (version < done_moved && !faults.strike(Fault::output_not_done))
    zxdg_output_v1_send_done(xdg_output);
}

const struct wl_output_interface output_requests = {destroy_resource};
const struct zxdg_output_v1_interface xdg_output_requests = {destroy_resource};

void bind_output(wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
  Screen& screen = *static_cast<Screen*>(data);
  wl_resource* resource = make_resource(
      client, wl_output_interface, static_cast<int>(version), id, &output_requests, &screen,
      [](wl_resource* gone) { std::erase(object_of<Screen>(gone)->known().outputs, gone); });
  screen.known().outputs.push_back(resource);
  tell_wl_output(screen, resource);
  tell_done(screen, resource);
}

void get_xdg_output(wl_client* client, wl_resource* manager, std::uint32_t id,
                    wl_resource* output) {
  Screen& screen = *object_of<Screen>(output);
  wl_resource* resource = make_resource(
      client, zxdg_output_v1_interface, wl_resource_get_version(manager), id, &xdg_output_requests,
      &screen,
      [](wl_resource* gone) { std::erase(object_of<Screen>(gone)->known().xdg_outputs, gone); });
  screen.known().xdg_outputs.push_back(resource);
  tell_xdg_output(screen, resource, true);
  if (wl_resource_get_version(resource) >= done_moved) tell_done(screen, output);
}

const struct zxdg_output_manager_v1_interface xdg_manager_requests = {destroy_resource,
                                                                      get_xdg_output};

void bind_xdg_manager(wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
  make_resource(client, zxdg_output_manager_v1_interface, static_cast<int>(version), id,
                &xdg_manager_requests, data);
}

}  // namespace

void offer_xdg_outputs(Desk& desk) {
  wl_global_create(desk.display, &zxdg_output_manager_v1_interface, 3, nullptr, bind_xdg_manager);
}

void offer_output(Screen& screen) {
  screen.known().global =
      wl_global_create(screen.desk().display, &wl_output_interface, 4, &screen, bind_output);
}

void tell_output(Screen& screen) {
  for (wl_resource* each : screen.known().xdg_outputs) tell_xdg_output(screen, each, false);
  for (wl_resource* each : screen.known().outputs) {
    tell_wl_output(screen, each);
    tell_done(screen, each);
  }
}

void withdraw_output(Screen& screen) {
  // The display frees it: a client may be binding it just now.
  wl_global_remove(screen.known().global);
}

}  // namespace rustcam::test
