// What clients expect of any compositor, without effect: wl_compositor, and a wl_seat with a
// pointer that never sends anything.
#pragma once

#include "desk.h"

namespace rustcam::test {

void offer_seat(Desk& desk);
void offer_surfaces(Desk& desk);

}  // namespace rustcam::test
