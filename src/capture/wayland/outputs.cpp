#include "capture/wayland/outputs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace rustcam::wayland {

/// What the compositor tells goes into `coming_`.
struct OutputEvents {
  static Output& of(void* data) { return *static_cast<Output*>(data); }

  static void geometry(void* data, wl_output*, std::int32_t x, std::int32_t y, std::int32_t,
                       std::int32_t, std::int32_t, const char* make, const char* model,
                       std::int32_t transform) {
    OutputState& s = of(data).coming_;
    // xdg-output's place is the logical one.
    if (!of(data).xdg_) s.position = {x, y};
    s.make = make;
    s.model = model;
    s.transform = Transform::of(transform).value_or(Transform{});
  }
  static void mode(void* data, wl_output*, std::uint32_t flags, std::int32_t width,
                   std::int32_t height, std::int32_t refresh) {
    constexpr std::uint32_t current = 1;
    if ((flags & current) == 0) return;
    of(data).coming_.mode = {width, height};
    of(data).coming_.refresh_mhz = refresh;
  }
  static void done(void* data, wl_output*) { of(data).complete(); }
  static void scale(void* data, wl_output*, std::int32_t factor) {
    of(data).coming_.whole_scale = std::max(factor, 1);
  }
  static void name(void* data, wl_output*, const char* text) { of(data).coming_.name = text; }
  static void description(void* data, wl_output*, const char* text) {
    of(data).coming_.description = text;
  }

  static void position(void* data, zxdg_output_v1*, std::int32_t x, std::int32_t y) {
    of(data).coming_.position = {x, y};
  }
  static void logical_size(void* data, zxdg_output_v1*, std::int32_t width, std::int32_t height) {
    of(data).coming_.logical = {width, height};
  }
  static void xdg_done(void* data, zxdg_output_v1*) { of(data).complete(); }
  static void xdg_name(void* data, zxdg_output_v1*, const char* text) {
    of(data).coming_.name = text;
  }
  static void xdg_description(void* data, zxdg_output_v1*, const char* text) {
    of(data).coming_.description = text;
  }
};

Output::Output(const Connection& connection, const Global& global, zxdg_output_manager_v1* manager)
    : global_(global.name), output_(connection.bind<wl_output>(global, wl_output_interface)) {
  static constexpr wl_output_listener listener{&OutputEvents::geometry, &OutputEvents::mode,
                                               &OutputEvents::done,     &OutputEvents::scale,
                                               &OutputEvents::name,     &OutputEvents::description};
  wl_output_add_listener(output_.get(), &listener, this);
  if (manager == nullptr) return;
  static constexpr zxdg_output_v1_listener xdg_listener{
      &OutputEvents::position, &OutputEvents::logical_size, &OutputEvents::xdg_done,
      &OutputEvents::xdg_name, &OutputEvents::xdg_description};
  xdg_.reset(zxdg_output_manager_v1_get_xdg_output(manager, output_.get()));
  zxdg_output_v1_add_listener(xdg_.get(), &xdg_listener, this);
}

void Output::complete() {
  if (state_ == coming_) return;
  state_ = coming_;
  ++revision_;
}

Outputs::Outputs(Connection& connection)
    : connection_(connection),
      manager_(connection.bind<zxdg_output_manager_v1>(zxdg_output_manager_v1_interface)) {
  if (bind_new()) connection_.roundtrip();
}

bool Outputs::bind_new() {
  seen_ = connection_.globals_changed();
  bool any = false;
  for (const Global& global : connection_.globals()) {
    if (global.interface != wl_output_interface.name) continue;
    if (std::ranges::any_of(outputs_, [&](const auto& o) { return o->global() == global.name; }))
      continue;
    outputs_.push_back(std::make_unique<Output>(connection_, global, manager_.get()));
    any = true;
  }
  return any;
}

bool Outputs::follow() {
  if (seen_ == connection_.globals_changed()) return false;
  const auto here = [this](std::uint32_t name) {
    return std::ranges::any_of(connection_.globals(),
                               [name](const Global& g) { return g.name == name; });
  };
  const bool gone = std::erase_if(outputs_, [&](const auto& o) { return !here(o->global()); }) != 0;
  const bool came = bind_new();
  if (came) connection_.roundtrip();
  return gone || came;
}

std::vector<TargetInfo> Outputs::targets() const {
  std::vector<TargetInfo> list;
  for (const auto& output : outputs_) {
    const OutputState& state = output->state();
    const Size pixels = state.transform.upright(state.mode);
    if (Rect::of(pixels).empty()) continue;
    list.push_back(target_of(state, pixels));
    list.back().index = static_cast<int>(list.size()) - 1;
    if (list.back().name.empty()) list.back().name = "output-" + std::to_string(list.back().index);
  }
  return list;
}

namespace {

/// Finds the same monitor again. The description is where compositors put the serial number.
std::string identity_of(const OutputState& s) {
  return s.name + "|" + s.make + "|" + s.model + "|" + s.description;
}

/// Pixels of a logical one. Compositors scale by whole 120ths, and round the size: the scale that
/// was meant is the 120th that comes out at it.
double scale_of(Size pixels, Size logical) {
  const double seen = static_cast<double>(pixels.width) / logical.width;
  const double meant = std::round(seen * 120) / 120;
  return std::abs(pixels.width / meant - logical.width) < 1 ? meant : seen;
}

}  // namespace

const Output* Outputs::find(const std::string& identity) const {
  const auto found = std::ranges::find_if(outputs_, [&](const auto& output) {
    return identity_of(output->state()) == identity && !Rect::of(output->state().mode).empty();
  });
  return found == outputs_.end() ? nullptr : found->get();
}

TargetInfo target_of(const OutputState& s, Size pixels) {
  TargetInfo t;
  t.name = s.name;
  t.identity = identity_of(s);
  t.description = s.description;
  if (t.description.empty()) t.description = s.make + (s.make.empty() ? "" : " ") + s.model;
  t.backend = backend_name;
  const bool told = s.logical.width > 0 && s.logical.height > 0;
  const Size logical = told ? s.logical
                            : Size{std::max(pixels.width / s.whole_scale, 1),
                                   std::max(pixels.height / s.whole_scale, 1)};
  t.desktop = Rect::of(s.position, logical);
  if (logical != pixels) t.pixels = pixels;
  t.scale = scale_of(pixels, logical);
  t.rotation = s.transform.rotation();
  if (s.refresh_mhz > 0) t.refresh_hz = s.refresh_mhz / 1000.0;
  return t;
}

}  // namespace rustcam::wayland
