// The test compositor as a program, for tests that start programs.
#include <exception>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "bed_commands.h"

int main(int argc, char**) {
  using namespace rustcam::test;
  if (argc != 1) {
    std::cerr << bed_usage;
    return 2;
  }
  try {
    Compositor compositor(std::vector<OutputSettings>{});
    std::cout << "XDG_RUNTIME_DIR=" << compositor.runtime_dir()
              << " WAYLAND_DISPLAY=" << compositor.display() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
      try {
        std::cout << bed_command(compositor, line) << std::endl;
      } catch (const std::exception& e) {
        std::cout << "error: " << e.what() << std::endl;
      }
    }
    std::cout << bed_report(compositor) << std::endl;
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "wayland-bed: " << e.what() << '\n';
    return 1;
  }
}
