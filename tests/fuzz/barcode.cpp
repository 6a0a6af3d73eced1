// The barcode decoder on arbitrary pictures: it reads nothing outside them.
#include "stimulus/barcode.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 4) return 0;
  rustcam::ConstImageView view;
  view.size = {1 + data[0] * 4, 1 + data[1] % 64};
  view.format = data[2] % 2 == 0 ? rustcam::PixelFormat::gray : rustcam::PixelFormat::bgra;
  const auto stride = static_cast<std::size_t>(view.size.width) * (data[2] % 2 == 0 ? 1U : 4U);
  std::vector<std::uint8_t> pixels(stride * static_cast<std::size_t>(view.size.height));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = data[3 + i % (size - 3)];
  view.planes[0] = {pixels.data(), static_cast<std::ptrdiff_t>(stride)};
  (void)rustcam::read_barcode(view);
  return 0;
}
