// The mailbox of composed pictures.
#pragma once

#include "image/frame.h"
#include "pacing/mailbox.h"

namespace rustcam {

/// A picture that is never shown leaves its damage to the one that replaces it.
struct FoldDamage {
  void operator()(Frame& newer, const Frame& older) const;
};

using FrameMailbox = Mailbox<Frame, FoldDamage>;

}  // namespace rustcam
