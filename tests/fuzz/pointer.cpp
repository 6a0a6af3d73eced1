// Pointer shapes as a display server may send them: drawn inside the picture or refused.
#include "image/pointer.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  struct Header {
    std::uint8_t kind;
    std::uint8_t width;
    std::int16_t height;
    std::int16_t stride;
    std::int32_t x;
    std::int32_t y;
  } header{};
  if (size < sizeof header) return 0;
  std::memcpy(&header, data, sizeof header);
  auto shape = std::make_shared<rustcam::PointerShape>();
  shape->kind = static_cast<rustcam::PointerKind>(1 + header.kind % 4);
  shape->size = {header.width, header.height};
  shape->stride = header.stride;
  shape->pixels.assign(data + sizeof header, data + size);
  rustcam::Image picture(rustcam::PixelFormat::bgra, {40, 30});
  std::memset(picture.view().row(0), 0xFF,
              static_cast<std::size_t>(picture.view().planes[0].stride) * 30);
  rustcam::Pointer pointer{{header.x, header.y}, true, false, shape};
  try {
    rustcam::blend_pointer(pointer, {0, 0}, picture.view());
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 0;
}
