#include "capture/x11/silence.h"

#include <array>
#include <cstdio>

namespace rustcam::x11 {

AccessLost silent(const std::string& display, Duration waited) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.3g", to_s(waited));
  return AccessLost("the X server of display " + display + " has not answered for " +
                        seconds.data() + " s: it may be stopped, or held by another program",
                    "ETIMEDOUT");
}

Interrupted interrupted(const std::string& display) {
  return Interrupted(
      "the X server of display " + display + " had not answered when the end was requested",
      "EINTR");
}

}  // namespace rustcam::x11
