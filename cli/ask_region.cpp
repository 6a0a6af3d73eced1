#include "cli/ask_region.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/desktop_session.h"
#include "platform/child_process.h"
#include "platform/precise_timer.h"

namespace rustcam::cli {
namespace {

/// slop prints X's WxH+X+Y for %g.
std::vector<std::string> command_line() {
  if (in_wayland_session()) return {"slurp"};
  return {"slop", "-f", "%g"};
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

RegionRequest ask_region(const std::stop_token& stop) {
  const std::vector<std::string> arguments = command_line();
  const std::string& tool = arguments.front();
  try {
    ChildProcess process(arguments);
    PreciseTimer timer;
    while (process.running())
      if (!timer.sleep_until(now() + std::chrono::milliseconds(20), stop))
        throw Interrupted("the end was requested before a region was chosen");
    const std::string answer = trimmed(process.stop());
    if (process.exit_status() != 0) throw Error("no region was chosen: " + tool + " was cancelled");
    return parse_region(answer);
  } catch (const Error& error) {
    if (error.native_code() != "ENOENT") throw;
    throw Error("--region ask needs " + tool + ", which is not installed: install the package " +
                tool + ", or give the region as L,T,R,B");
  } catch (const UsageError&) {
    throw Error(tool + " answered with something that is no region; give it as L,T,R,B");
  }
}

}  // namespace rustcam::cli
