// Objects of ours behind the objects of a client.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "protocols.h"

namespace rustcam::test {

template <typename T>
T* object_of(wl_resource* resource) {
  return static_cast<T*>(wl_resource_get_user_data(resource));
}

/// Out of memory is not survived.
inline wl_resource* make_resource(wl_client* client, const wl_interface& interface, int version,
                                  std::uint32_t id, const void* requests, void* object,
                                  wl_resource_destroy_func_t destroyed = nullptr) {
  wl_resource* resource = wl_resource_create(client, &interface, version, id);
  if (resource == nullptr) std::abort();
  wl_resource_set_implementation(resource, requests, object, destroyed);
  return resource;
}

/// For requests that only destroy their object.
inline void destroy_resource(wl_client*, wl_resource* resource) {
  wl_resource_destroy(resource);
}

/// For objects that end with their resource.
template <typename T>
void delete_object(wl_resource* resource) {
  delete object_of<T>(resource);
}

}  // namespace rustcam::test
