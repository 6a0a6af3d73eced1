// The back ends of this test program, in place of those of the build.
#include <array>
#include <span>

#include "support/fake_source.h"

namespace rustcam {

std::span<const Backend* const> backends() noexcept {
  static const std::array<const Backend*, 2> list{&test::fake_backend(),
                                                  &test::fake_virtual_backend()};
  return list;
}

}  // namespace rustcam
