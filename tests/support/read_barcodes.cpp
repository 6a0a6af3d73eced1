// Reads gray frames of WxH from standard input and writes the frame number that each shows, a line
// each; "-" if there is none.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "stimulus/barcode.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  rustcam::ConstImageView view;
  view.format = rustcam::PixelFormat::gray;
  view.size = {std::atoi(argv[1]), std::atoi(argv[2])};
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(view.size.width) *
                                  static_cast<std::size_t>(view.size.height));
  view.planes[0] = {frame.data(), view.size.width};
  while (std::cin.read(reinterpret_cast<char*>(frame.data()),
                       static_cast<std::streamsize>(frame.size()))) {
    if (const auto value = rustcam::read_barcode(view))
      std::cout << *value << '\n';
    else
      std::cout << "-\n";
  }
}
