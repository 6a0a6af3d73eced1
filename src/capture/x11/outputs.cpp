#include "capture/x11/outputs.h"

#include <xcb/randr.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "capture/x11/edid.h"
#include "capture/x11/pixel_layout.h"

namespace rustcam::x11 {
namespace {

struct Provider {
  std::string name;
  std::vector<xcb_randr_crtc_t> crtcs;
  std::vector<xcb_randr_output_t> outputs;
};

std::vector<Provider> list_providers(const Connection& c) {
  std::vector<Provider> providers;
  if (!c.randr().at_least(1, 4)) return providers;
  const auto ids =
      c.try_reply(xcb_randr_get_providers_reply, xcb_randr_get_providers(c.get(), c.root()));
  if (!ids) return providers;
  const std::span all(
      xcb_randr_get_providers_providers(ids.get()),
      static_cast<std::size_t>(xcb_randr_get_providers_providers_length(ids.get())));
  for (const xcb_randr_provider_t id : all) {
    const auto info = c.try_reply(xcb_randr_get_provider_info_reply,
                                  xcb_randr_get_provider_info(c.get(), id, XCB_CURRENT_TIME));
    if (!info) continue;
    Provider p;
    p.name.assign(xcb_randr_get_provider_info_name(info.get()),
                  static_cast<std::size_t>(xcb_randr_get_provider_info_name_length(info.get())));
    const auto* crtcs = xcb_randr_get_provider_info_crtcs(info.get());
    p.crtcs.assign(crtcs, crtcs + info->num_crtcs);
    const auto* outputs = xcb_randr_get_provider_info_outputs(info.get());
    p.outputs.assign(outputs, outputs + info->num_outputs);
    providers.push_back(std::move(p));
  }
  return providers;
}

std::string atom_name(const Connection& c, xcb_atom_t atom) {
  const auto r = c.try_reply(xcb_get_atom_name_reply, xcb_get_atom_name(c.get(), atom));
  if (!r) return {};
  return {xcb_get_atom_name_name(r.get()),
          static_cast<std::size_t>(xcb_get_atom_name_name_length(r.get()))};
}

Rotation rotation_of(std::uint16_t bits) {
  if ((bits & XCB_RANDR_ROTATION_ROTATE_90) != 0) return Rotation::clockwise90;
  if ((bits & XCB_RANDR_ROTATION_ROTATE_180) != 0) return Rotation::clockwise180;
  if ((bits & XCB_RANDR_ROTATION_ROTATE_270) != 0) return Rotation::clockwise270;
  return Rotation::none;
}

std::optional<double> refresh_of(const xcb_randr_mode_info_t& mode) {
  double total = static_cast<double>(mode.htotal) * mode.vtotal;
  if ((mode.mode_flags & XCB_RANDR_MODE_FLAG_DOUBLE_SCAN) != 0) total *= 2;
  if ((mode.mode_flags & XCB_RANDR_MODE_FLAG_INTERLACE) != 0) total /= 2;
  if (mode.dot_clock == 0 || total <= 0) return std::nullopt;
  const double hz = mode.dot_clock / total;
  return hz >= 1 && hz <= 1000 ? std::optional(hz) : std::nullopt;
}

/// Fills in what belongs to the hardware behind a monitor.
void describe(const Connection& c, xcb_randr_output_t output,
              const xcb_randr_get_screen_resources_current_reply_t& resources,
              const std::vector<Provider>& providers, TargetInfo& target) {
  target.description = edid_description(c, output);
  const auto info = c.try_reply(xcb_randr_get_output_info_reply,
                                xcb_randr_get_output_info(c.get(), output, XCB_CURRENT_TIME));
  if (!info || info->crtc == XCB_NONE) return;
  for (std::size_t i = 0; i < providers.size(); ++i)
    if (std::ranges::count(providers[i].outputs, output) != 0) target.device = static_cast<int>(i);
  const auto crtc = c.try_reply(xcb_randr_get_crtc_info_reply,
                                xcb_randr_get_crtc_info(c.get(), info->crtc, XCB_CURRENT_TIME));
  if (!crtc) return;
  target.rotation = rotation_of(crtc->rotation);
  for (auto mode = xcb_randr_get_screen_resources_current_modes_iterator(&resources); mode.rem != 0;
       xcb_randr_mode_info_next(&mode))
    if (mode.data->id == crtc->mode) target.refresh_hz = refresh_of(*mode.data);
}

TargetInfo root_target(const Connection& c, Size root) {
  TargetInfo t;
  t.name = t.identity = "screen";
  t.backend = backend_name;
  t.desktop = Rect::of(root);
  t.primary = true;
  t.native_format = layout_name(c);
  return t;
}

}  // namespace

std::vector<TargetInfo> list_outputs(const Connection& c) {
  const Rect root = Rect::of(c.root_size());
  if (!c.randr().at_least(1, 5)) return {root_target(c, root.size())};
  const auto monitors_cookie = xcb_randr_get_monitors(c.get(), c.root(), 1);
  const auto resources_cookie = xcb_randr_get_screen_resources_current(c.get(), c.root());
  const auto monitors =
      c.reply(xcb_randr_get_monitors_reply, monitors_cookie, "asking for the X screen's monitors");
  const auto resources = c.reply(xcb_randr_get_screen_resources_current_reply, resources_cookie,
                                 "asking for the X screen's modes");
  const std::vector<Provider> providers = list_providers(c);
  const std::string format = layout_name(c);

  std::vector<TargetInfo> targets;
  for (auto it = xcb_randr_get_monitors_monitors_iterator(monitors.get()); it.rem != 0;
       xcb_randr_monitor_info_next(&it)) {
    const xcb_randr_monitor_info_t& m = *it.data;
    TargetInfo t;
    t.desktop = intersect(Rect::of(Point{m.x, m.y}, {m.width, m.height}), root);
    if (t.desktop.empty()) continue;
    t.index = static_cast<int>(targets.size());
    t.name = t.identity = atom_name(c, m.name);
    t.backend = backend_name;
    t.primary = m.primary != 0;
    t.native_format = format;
    if (xcb_randr_monitor_info_outputs_length(&m) == 1)
      describe(c, *xcb_randr_monitor_info_outputs(&m), *resources, providers, t);
    targets.push_back(std::move(t));
  }
  return targets;
}

std::optional<TargetInfo> find_output(const Connection& c, std::string_view identity) {
  for (TargetInfo& t : list_outputs(c))
    if (t.identity == identity) return std::move(t);
  return std::nullopt;
}

std::vector<DeviceInfo> list_devices(const Connection& c) {
  std::vector<DeviceInfo> devices;
  for (const Provider& p : list_providers(c)) {
    DeviceInfo d;
    d.index = static_cast<int>(devices.size());
    d.name = p.name;
    devices.push_back(std::move(d));
  }
  if (devices.empty()) {
    DeviceInfo d;
    d.name.assign(xcb_setup_vendor(&c.setup()),
                  static_cast<std::size_t>(xcb_setup_vendor_length(&c.setup())));
    devices.push_back(std::move(d));
  }
  for (const TargetInfo& t : list_outputs(c))
    devices[static_cast<std::size_t>(t.device)].outputs.push_back(t.name);
  return devices;
}

}  // namespace rustcam::x11
