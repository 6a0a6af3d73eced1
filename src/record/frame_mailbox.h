// The mailbox of composed pictures.
#pragma once

#include "image/frame.h"
#include "pacing/mailbox.h"

namespace rustcam {

using FrameMailbox = Mailbox<Frame, FoldDamage>;

}  // namespace rustcam
