#include "capture/wayland/surface.h"

#include <cstdint>

#include "base/error.h"

namespace rustcam::wayland {
namespace {

/// From here on damage is told in pixels of the buffer.
constexpr std::uint32_t least_compositor = 4;

Proxy<wl_compositor> bind_compositor(const Connection& connection) {
  auto compositor = connection.bind<wl_compositor>(wl_compositor_interface, least_compositor);
  if (!compositor)
    throw DeviceError(
        "the Wayland compositor is too old to show a stimulus: it has no "
        "wl_compositor of version 4");
  return compositor;
}

class LayerSurface final : public Surface {
 public:
  LayerSurface(Connection& connection, wl_output* output, Size logical)
      : Surface(connection),
        shell_(connection.bind<zwlr_layer_shell_v1>(zwlr_layer_shell_v1_interface)) {
    constexpr std::uint32_t overlay = 3;
    constexpr std::uint32_t top_left = 1 | 4;
    constexpr std::int32_t over_panels = -1;
    surface_.reset(zwlr_layer_shell_v1_get_layer_surface(shell_.get(), get(), output, overlay,
                                                         "rustcam-stimulus"));
    static constexpr zwlr_layer_surface_v1_listener listener{
        [](void* data, zwlr_layer_surface_v1* surface, std::uint32_t serial, std::uint32_t,
           std::uint32_t) {
          zwlr_layer_surface_v1_ack_configure(surface, serial);
          static_cast<LayerSurface*>(data)->configured_ = true;
        },
        [](void* data, zwlr_layer_surface_v1*) {
          static_cast<LayerSurface*>(data)->closed_ = true;
        }};
    zwlr_layer_surface_v1_add_listener(surface_.get(), &listener, this);
    zwlr_layer_surface_v1_set_size(surface_.get(), static_cast<std::uint32_t>(logical.width),
                                   static_cast<std::uint32_t>(logical.height));
    zwlr_layer_surface_v1_set_anchor(surface_.get(), top_left);
    zwlr_layer_surface_v1_set_exclusive_zone(surface_.get(), over_panels);
    wl_surface_commit(get());
  }

 private:
  Proxy<zwlr_layer_shell_v1> shell_;
  Proxy<zwlr_layer_surface_v1> surface_;
};

class FullScreenWindow final : public Surface {
 public:
  FullScreenWindow(Connection& connection, wl_output* output, const std::string& title)
      : Surface(connection), shell_(connection.bind<xdg_wm_base>(xdg_wm_base_interface)) {
    if (!shell_)
      throw DeviceError(
          "the Wayland compositor shows no windows (it has neither wlr-layer-shell "
          "nor xdg-shell)");
    static constexpr xdg_wm_base_listener alive{
        [](void*, xdg_wm_base* shell, std::uint32_t serial) { xdg_wm_base_pong(shell, serial); }};
    xdg_wm_base_add_listener(shell_.get(), &alive, this);
    surface_.reset(xdg_wm_base_get_xdg_surface(shell_.get(), get()));
    static constexpr xdg_surface_listener configured{
        [](void* data, xdg_surface* surface, std::uint32_t serial) {
          xdg_surface_ack_configure(surface, serial);
          static_cast<FullScreenWindow*>(data)->configured_ = true;
        }};
    xdg_surface_add_listener(surface_.get(), &configured, this);
    window_.reset(xdg_surface_get_toplevel(surface_.get()));
    static constexpr xdg_toplevel_listener listener{
        [](void*, xdg_toplevel*, std::int32_t, std::int32_t, wl_array*) {},
        [](void* data, xdg_toplevel*) { static_cast<FullScreenWindow*>(data)->closed_ = true; }};
    xdg_toplevel_add_listener(window_.get(), &listener, this);
    xdg_toplevel_set_title(window_.get(), title.c_str());
    xdg_toplevel_set_app_id(window_.get(), "rustcam-cli");
    xdg_toplevel_set_fullscreen(window_.get(), output);
    wl_surface_commit(get());
  }

 private:
  Proxy<xdg_wm_base> shell_;
  Proxy<xdg_surface> surface_;
  Proxy<xdg_toplevel> window_;
};

}  // namespace

Surface::Surface(const Connection& connection)
    : compositor_(bind_compositor(connection)),
      surface_(wl_compositor_create_surface(compositor_.get())) {
  const Proxy<wl_region> nothing(wl_compositor_create_region(compositor_.get()));
  wl_surface_set_input_region(surface_.get(), nothing.get());
}

std::unique_ptr<Surface> open_surface(Connection& connection, wl_output* output, Size logical,
                                      const std::string& title) {
  if (connection.find_global(zwlr_layer_shell_v1_interface.name) != nullptr)
    return std::make_unique<LayerSurface>(connection, output, logical);
  return std::make_unique<FullScreenWindow>(connection, output, title);
}

}  // namespace rustcam::wayland
