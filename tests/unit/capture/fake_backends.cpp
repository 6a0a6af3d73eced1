// The back ends of this test program, in place of those of the build.
#include <array>
#include <span>

#include "capture/registry.h"
#include "support/fake_desktop.h"

namespace rustcam {

std::span<const RegisteredBackend> registered_backends() noexcept {
  static const std::array table{
      RegisteredBackend{"dda", nullptr},
      RegisteredBackend{"x11", &test::fake_backend()},
      RegisteredBackend{"wayland", nullptr},
      RegisteredBackend{"portal", nullptr},
      RegisteredBackend{"virtual", &test::fake_virtual_backend()},
  };
  return table;
}

}  // namespace rustcam
