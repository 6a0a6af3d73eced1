// wl_compositor: surfaces that are never shown. Their frames are done as soon as they are
// committed.
#include <cstdint>
#include <utility>
#include <vector>

#include "resource.h"
#include "seat.h"

namespace rustcam::test {
namespace {

struct Surface {
  std::vector<wl_resource*> frames;  ///< wl_callbacks until the next commit
};

void attach(wl_client*, wl_resource*, wl_resource*, std::int32_t, std::int32_t) {}
void damage(wl_client*, wl_resource*, std::int32_t, std::int32_t, std::int32_t, std::int32_t) {}
void set_region(wl_client*, wl_resource*, wl_resource*) {}
void set_number(wl_client*, wl_resource*, std::int32_t) {}

void frame(wl_client* client, wl_resource* surface, std::uint32_t id) {
  auto* frames = &object_of<Surface>(surface)->frames;
  frames->push_back(make_resource(client, wl_callback_interface, 1, id, nullptr, nullptr));
}

void commit(wl_client*, wl_resource* surface) {
  for (wl_resource* callback : std::exchange(object_of<Surface>(surface)->frames, {})) {
    wl_callback_send_done(callback, 0);
    wl_resource_destroy(callback);
  }
}

/// libwayland may know requests of later versions than ours; nobody can send those.
const auto surface_requests = [] {
  struct wl_surface_interface requests {};
  requests.destroy = destroy_resource;
  requests.attach = attach;
  requests.damage = damage;
  requests.frame = frame;
  requests.set_opaque_region = set_region;
  requests.set_input_region = set_region;
  requests.commit = commit;
  requests.set_buffer_transform = set_number;
  requests.set_buffer_scale = set_number;
  requests.damage_buffer = damage;
  return requests;
}();

const struct wl_region_interface region_requests = {destroy_resource, damage, damage};

void create_surface(wl_client* client, wl_resource* compositor, std::uint32_t id) {
  make_resource(client, wl_surface_interface, wl_resource_get_version(compositor), id,
                &surface_requests, new Surface, delete_object<Surface>);
}

void create_region(wl_client* client, wl_resource* compositor, std::uint32_t id) {
  make_resource(client, wl_region_interface, wl_resource_get_version(compositor), id,
                &region_requests, nullptr);
}

const struct wl_compositor_interface compositor_requests = {create_surface, create_region};

void bind_compositor(wl_client* client, void*, std::uint32_t version, std::uint32_t id) {
  make_resource(client, wl_compositor_interface, static_cast<int>(version), id,
                &compositor_requests, nullptr);
}

}  // namespace

void offer_surfaces(Desk& desk) {
  wl_global_create(desk.display, &wl_compositor_interface, 4, nullptr, bind_compositor);
}

}  // namespace rustcam::test
