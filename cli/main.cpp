#include "cli/app.h"
#include "platform/command_line.h"
#include "platform/process_setup.h"

int main(int argc, char** argv) {
  const rustcam::ProcessSetup setup;
  return rustcam::cli::run(rustcam::utf8_arguments(argc, argv));
}
