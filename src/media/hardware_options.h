// The command line's options in the words of encoders in hardware.
#pragma once

#include "media/output_plan.h"
#include "media/preset.h"

struct AVCodecContext;

namespace rustcam {

/// As apply_encoder_options(), for NVENC and VAAPI. Every packet comes at once.
void apply_nvenc(const OutputRequest& request, const Preset& preset, AVCodecContext& context);
void apply_vaapi(const OutputRequest& request, const Preset& preset, AVCodecContext& context);

}  // namespace rustcam
