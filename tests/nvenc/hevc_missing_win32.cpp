// The libraries for Windows have no x265: there the stand-in is a GPU without HEVC.
#include <memory>
#include <stdexcept>

#include "encoder.h"

namespace nvenc {

std::unique_ptr<Encoder> make_hevc(const Wanted& /*wanted*/) {
  throw std::runtime_error("there is no x265");
}

bool has_hevc() {
  return false;
}

}  // namespace nvenc
