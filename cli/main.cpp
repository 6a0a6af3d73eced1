#include "cli/app.h"
#include "platform/abandoned.h"
#include "platform/command_line.h"
#include "platform/environment.h"
#include "platform/process_setup.h"

int main(int argc, char** argv) {
  const rustcam::ProcessSetup setup;
  // SVT-AV1 prints its settings on stderr, past FFmpeg's log, unless this says not to. Other
  // threads read the environment, so it is set while there are none.
  rustcam::default_environment("SVT_LOG", "0");
  const int status = rustcam::cli::run(rustcam::utf8_arguments(argc, argv));
  if (rustcam::any_abandoned()) rustcam::leave_process(status);
  return status;
}
