// The tables by which an ordinary MP4 finds its samples.
#pragma once

#include "media/mp4_boxes.h"
#include "media/mp4_samples.h"

namespace rustcam::mp4 {

/// Writes the `stbl` box of `track`, which has samples; what they are is taken from `stbl`, the
/// content of the one in the head of the fragmented file. Of plain PCM each moment is a sample
/// there, as players expect, whatever the fragments say. Throws MediaError.
void write_sample_tables(Writer& w, Bytes stbl, const Track& track);

}  // namespace rustcam::mp4
