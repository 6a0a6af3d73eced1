// What the stand-in GPU can do: codecs, profiles, presets and their settings, capabilities.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <span>
#include <string_view>

namespace nvenc {

/// A GUID and what the report calls it.
struct Named {
  GUID guid;
  std::string_view name;
};

bool operator==(const Named& named, const GUID& guid);

std::span<const Named> codecs();
/// Empty for a codec that there is not.
std::span<const Named> profiles(const GUID& codec);
std::span<const Named> presets();
std::span<const NV_ENC_BUFFER_FORMAT> formats();

/// Of what `guid` stands for in `list`; empty if it is not there.
std::string_view name_in(std::span<const Named> list, const GUID& guid);

/// NV_ENC_CAPS of `codec`; 0 for what it has not.
int capability(const GUID& codec, NV_ENC_CAPS which);

/// The configuration of a preset, from which a client starts.
NV_ENC_CONFIG preset_config(const GUID& codec, const GUID& preset, NV_ENC_TUNING_INFO tuning);

/// "hq", "ll", "ull", "lossless", or "none".
std::string_view name_of_tuning(NV_ENC_TUNING_INFO tuning);

}  // namespace nvenc
