// What a client can ask of the driver: lists of GUIDs and formats, capabilities, the presets'
// configurations.
#include <ffnvcodec/nvEncodeAPI.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codecs.h"
#include "on_session.h"

namespace nvenc {
namespace {

/// For the calls that list something of a codec.
template <typename Element, typename List>
NVENCSTATUS copy_list(std::string_view name, void* encoder, List list, Element* into,
                      std::uint32_t room, std::uint32_t* count) {
  return on_session(name, encoder, Needs::session, [&](Session& session) {
    if (into == nullptr || count == nullptr)
      return session.refuse(NV_ENC_ERR_INVALID_PTR, std::string(name) + ": nowhere to write");
    const std::size_t size = std::min<std::size_t>(room, list.size());
    for (std::size_t i = 0; i < size; ++i) {
      if constexpr (requires { list[i].guid; })
        into[i] = list[i].guid;
      else
        into[i] = list[i];
    }
    *count = static_cast<std::uint32_t>(size);
    return NV_ENC_SUCCESS;
  });
}

template <typename List>
NVENCSTATUS count_list(std::string_view name, void* encoder, List list, std::uint32_t* count) {
  return on_session(name, encoder, Needs::session, [&](Session& session) {
    if (count == nullptr)
      return session.refuse(NV_ENC_ERR_INVALID_PTR, std::string(name) + ": nowhere to write");
    *count = static_cast<std::uint32_t>(list.size());
    return NV_ENC_SUCCESS;
  });
}

NVENCSTATUS NVENCAPI codec_count(void* encoder, std::uint32_t* count) {
  return count_list("NvEncGetEncodeGUIDCount", encoder, codecs(), count);
}

NVENCSTATUS NVENCAPI codec_list(void* encoder, GUID* into, std::uint32_t room,
                                std::uint32_t* count) {
  return copy_list("NvEncGetEncodeGUIDs", encoder, codecs(), into, room, count);
}

NVENCSTATUS NVENCAPI profile_count(void* encoder, GUID codec, std::uint32_t* count) {
  return count_list("NvEncGetEncodeProfileGUIDCount", encoder, profiles(codec), count);
}

NVENCSTATUS NVENCAPI profile_list(void* encoder, GUID codec, GUID* into, std::uint32_t room,
                                  std::uint32_t* count) {
  return copy_list("NvEncGetEncodeProfileGUIDs", encoder, profiles(codec), into, room, count);
}

NVENCSTATUS NVENCAPI format_count(void* encoder, GUID /*codec*/, std::uint32_t* count) {
  return count_list("NvEncGetInputFormatCount", encoder, formats(), count);
}

NVENCSTATUS NVENCAPI format_list(void* encoder, GUID /*codec*/, NV_ENC_BUFFER_FORMAT* into,
                                 std::uint32_t room, std::uint32_t* count) {
  return copy_list("NvEncGetInputFormats", encoder, formats(), into, room, count);
}

NVENCSTATUS NVENCAPI preset_count(void* encoder, GUID /*codec*/, std::uint32_t* count) {
  return count_list("NvEncGetEncodePresetCount", encoder, presets(), count);
}

NVENCSTATUS NVENCAPI preset_list(void* encoder, GUID /*codec*/, GUID* into, std::uint32_t room,
                                 std::uint32_t* count) {
  return copy_list("NvEncGetEncodePresetGUIDs", encoder, presets(), into, room, count);
}

NVENCSTATUS NVENCAPI encode_caps(void* encoder, GUID codec, NV_ENC_CAPS_PARAM* params, int* value) {
  return with("NvEncGetEncodeCaps", encoder, Needs::session, params, NV_ENC_CAPS_PARAM_VER,
              [&](Session& session) {
                if (name_in(codecs(), codec).empty())
                  return session.refuse(NV_ENC_ERR_INVALID_PARAM,
                                        "NvEncGetEncodeCaps: unsupported codec");
                *value = capability(codec, params->capsToQuery);
                return NV_ENC_SUCCESS;
              });
}

NVENCSTATUS NVENCAPI preset_config_ex(void* encoder, GUID codec, GUID preset,
                                      NV_ENC_TUNING_INFO tuning, NV_ENC_PRESET_CONFIG* params) {
  constexpr std::string_view call = "NvEncGetEncodePresetConfigEx";
  return with(
      call, encoder, Needs::session, params, NV_ENC_PRESET_CONFIG_VER, [&](Session& session) {
        const std::string name{call};
        if (params->presetCfg.version != NV_ENC_CONFIG_VER)
          return session.refuse(NV_ENC_ERR_INVALID_VERSION, name + ": version inside");
        if (name_in(codecs(), codec).empty() || name_in(presets(), preset).empty())
          return session.refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, name + ": unknown codec or preset");
        if (name_of_tuning(tuning) == "none")
          return session.refuse(NV_ENC_ERR_INVALID_PARAM, name + ": unknown tuning");
        params->presetCfg = preset_config(codec, preset, tuning);
        return NV_ENC_SUCCESS;
      });
}

}  // namespace

void add_queries(NV_ENCODE_API_FUNCTION_LIST& into) {
  into.nvEncGetEncodeGUIDCount = &codec_count;
  into.nvEncGetEncodeGUIDs = &codec_list;
  into.nvEncGetEncodeProfileGUIDCount = &profile_count;
  into.nvEncGetEncodeProfileGUIDs = &profile_list;
  into.nvEncGetInputFormatCount = &format_count;
  into.nvEncGetInputFormats = &format_list;
  into.nvEncGetEncodeCaps = &encode_caps;
  into.nvEncGetEncodePresetCount = &preset_count;
  into.nvEncGetEncodePresetGUIDs = &preset_list;
  into.nvEncGetEncodePresetConfigEx = &preset_config_ex;
}

}  // namespace nvenc
