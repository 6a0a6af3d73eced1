// What clients learn of outputs: wl_output, version 4, and zxdg_output_manager_v1, version 3.
#pragma once

#include "desk.h"

namespace rustcam::test {

/// Puts zxdg_output_manager_v1 on offer.
void offer_xdg_outputs(Desk& desk);

void offer_output(Screen& screen);
/// Tells everybody who knows the output what it is like now.
void tell_output(Screen& screen);
/// Clients hear that it is gone; their objects stay.
void withdraw_output(Screen& screen);

}  // namespace rustcam::test
