#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "platform/command_line.h"
#include "platform/process_setup.h"

using namespace rustcam;

TEST_CASE("arguments are taken as they are") {
  const std::array<const char*, 3> argv{"rustcam-cli", "shot", "Bildschirmfoto \xC3\xBC.png"};
  CHECK(utf8_arguments(3, argv.data()) ==
        std::vector<std::string>{"rustcam-cli", "shot", "Bildschirmfoto \xC3\xBC.png"});
  const ProcessSetup setup;
}
