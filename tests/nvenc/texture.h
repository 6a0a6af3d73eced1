// A Direct3D 11 texture that a client registered. Only Windows has them.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <memory>
#include <string>

#include "picture.h"

namespace nvenc {

class Texture {
 public:
  /// Gives the reference to the texture back.
  virtual ~Texture() = default;
  /// Its pixels now. Throws std::runtime_error if Direct3D refuses.
  virtual Picture read() = 0;
  /// If somebody else than the driver still has a reference to it.
  virtual bool is_shared() const = 0;
};

/// If `device` is one that a session of the type DIRECTX can be opened on.
bool is_directx_device(void* device);

/// Null, with what is wrong in `wrong`, if the registration does not describe a texture of `device`
/// that NVENC takes.
std::unique_ptr<Texture> open_texture(void* device, const NV_ENC_REGISTER_RESOURCE& asked,
                                      std::string& wrong);

}  // namespace nvenc
