#include "capture/x11/outputs.h"

#include <xcb/randr.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/error.h"
#include "capture/x11/edid.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/reply_items.h"

namespace rustcam::x11 {
namespace {

/// Whether the server knows of monitors (RandR 1.5).
bool has_monitors(const Connection& c) {
  return c.randr().at_least(1, 5);
}

struct Provider {
  std::string name;
  std::vector<xcb_randr_output_t> outputs;
};

std::vector<Provider> list_providers(const Connection& c) {
  std::vector<Provider> providers;
  if (!c.randr().at_least(1, 4)) return providers;
  const auto ids =
      c.try_reply(xcb_randr_get_providers_reply, xcb_randr_get_providers(c.get(), c.root()));
  if (!ids) return providers;
  for (const auto id : ReplyItems(*ids).take<xcb_randr_provider_t>(ids->num_providers)) {
    const auto info = c.try_reply(xcb_randr_get_provider_info_reply,
                                  xcb_randr_get_provider_info(c.get(), id, XCB_CURRENT_TIME));
    if (!info) continue;
    ReplyItems items(*info);
    items.take<xcb_randr_crtc_t>(info->num_crtcs);
    const auto outputs = items.take<xcb_randr_output_t>(info->num_outputs);
    items.take<xcb_randr_provider_t>(info->num_associated_providers);
    items.take<std::uint32_t>(info->num_associated_providers);  // what they can do
    const auto name = items.take<char>(info->name_len);
    if (!items.complete()) continue;
    providers.push_back({{name.begin(), name.end()}, {outputs.begin(), outputs.end()}});
  }
  return providers;
}

std::string atom_name(const Connection& c, xcb_atom_t atom) {
  const auto r = c.try_reply(xcb_get_atom_name_reply, xcb_get_atom_name(c.get(), atom));
  if (!r) return {};
  const auto name = ReplyItems(*r).take<char>(r->name_len);
  return {name.begin(), name.end()};
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

using Resources = xcb_randr_get_screen_resources_current_reply_t;

std::span<const xcb_randr_mode_info_t> modes_of(const Resources& resources) {
  ReplyItems items(resources);
  items.take<xcb_randr_crtc_t>(resources.num_crtcs);
  items.take<xcb_randr_output_t>(resources.num_outputs);
  return items.take<xcb_randr_mode_info_t>(resources.num_modes);
}

/// Fills in what belongs to the hardware behind a monitor.
void describe(const Connection& c, xcb_randr_output_t output,
              std::span<const xcb_randr_mode_info_t> modes, const std::vector<Provider>& providers,
              TargetInfo& target) {
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
  for (const xcb_randr_mode_info_t& mode : modes)
    if (mode.id == crtc->mode) target.refresh_hz = refresh_of(mode);
}

/// Of the root window where there could be monitors. A monitor of this name is none of ours, so
/// that the two cannot be taken for one another.
constexpr std::string_view root_identity = "the root window";

Rect root_rect(const Connection& c) {
  const Rect root = Rect::of(c.root_size());
  if (root.empty()) throw CaptureError("the X server says that its screen has no pixels");
  return root;
}

TargetInfo root_target(const Connection& c, const Rect& root) {
  TargetInfo t;
  t.name = t.identity = "screen";
  if (has_monitors(c)) {
    t.name = "root";
    t.identity = root_identity;
  }
  t.backend = backend_name;
  t.desktop = root;
  t.primary = true;
  t.native_format = layout_name(c);
  return t;
}

/// `providers`: the target's device is an index into these.
std::vector<TargetInfo> list_outputs(const Connection& c, const std::vector<Provider>& providers) {
  const Rect root = root_rect(c);
  if (!has_monitors(c)) return {root_target(c, root)};
  const auto monitors_cookie = xcb_randr_get_monitors(c.get(), c.root(), 1);
  const auto resources_cookie = xcb_randr_get_screen_resources_current(c.get(), c.root());
  constexpr const char* asking = "asking for the X screen's monitors";
  const auto monitors = c.reply(xcb_randr_get_monitors_reply, monitors_cookie, asking);
  const auto resources = c.reply(xcb_randr_get_screen_resources_current_reply, resources_cookie,
                                 "asking for the X screen's modes");
  if (monitors->nMonitors == 0) return {root_target(c, root)};
  const std::string format = layout_name(c);

  std::vector<TargetInfo> targets;
  ReplyItems items(*monitors);
  for (std::uint32_t i = 0; i < monitors->nMonitors; ++i) {
    const auto* monitor = items.take_one<xcb_randr_monitor_info_t>();
    if (monitor == nullptr) false_reply(asking);
    const xcb_randr_monitor_info_t& m = *monitor;
    const auto outputs = items.take<xcb_randr_output_t>(m.nOutput);
    if (!items.complete()) false_reply(asking);
    TargetInfo t;
    t.desktop = intersect(Rect::of(Point{m.x, m.y}, {m.width, m.height}), root);
    t.name = t.identity = atom_name(c, m.name);
    // Without a name it could not be found again after a loss.
    if (t.desktop.empty() || t.identity.empty() || t.identity == root_identity) continue;
    t.index = static_cast<int>(targets.size());
    t.backend = backend_name;
    t.primary = m.primary != 0;
    t.native_format = format;
    if (outputs.size() == 1) describe(c, outputs[0], modes_of(*resources), providers, t);
    targets.push_back(std::move(t));
  }
  return targets;
}

}  // namespace

std::vector<TargetInfo> list_outputs(const Connection& c) {
  return list_outputs(c, list_providers(c));
}

std::optional<TargetInfo> find_output(const Connection& c, std::string_view identity) {
  if (identity == root_identity) return root_target(c, root_rect(c));
  for (TargetInfo& t : list_outputs(c))
    if (t.identity == identity) return std::move(t);
  return std::nullopt;
}

std::vector<DeviceInfo> list_devices(const Connection& c) {
  std::vector<DeviceInfo> devices;
  const std::vector<Provider> providers = list_providers(c);
  for (const Provider& p : providers) {
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
  for (const TargetInfo& t : list_outputs(c, providers))
    devices[static_cast<std::size_t>(t.device)].outputs.push_back(t.name);
  return devices;
}

}  // namespace rustcam::x11
