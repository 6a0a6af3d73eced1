// Systems whose screens are not shared as textures.
#include <memory>

#include "base/error.h"
#include "media/texture_input.h"

namespace rustcam {

bool takes_textures(const OutputPlan&) {
  return false;
}

std::unique_ptr<TextureInput> open_texture_input(const std::shared_ptr<TextureHome>&, Size, Size,
                                                 Size) {
  throw MediaError("no encoder takes textures on this system");
}

}  // namespace rustcam
