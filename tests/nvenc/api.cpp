// NVENC's table of functions: each finds its session, checks what all calls share, and hands over
// to it.
#include <ffnvcodec/nvEncodeAPI.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "codecs.h"
#include "contexts.h"
#include "report.h"
#include "session.h"
#include "settings.h"
#include "texture.h"

namespace nvenc {
namespace {

struct Sessions {
  std::mutex mutex;
  std::map<void*, std::unique_ptr<Session>> open;
};

Sessions& sessions() {
  static Sessions& it = *new Sessions;
  return it;
}

NVENCSTATUS refuse(NVENCSTATUS status, const std::string& what) {
  violation(what);
  return status;
}

enum class Needs { session, initialized, context };

/// Runs `call` on the session, if there is one and it is as far as the call needs.
template <typename Call>
NVENCSTATUS on_session(std::string_view name, void* encoder, Needs needs, Call call) {
  const std::lock_guard lock(sessions().mutex);
  const auto found = sessions().open.find(encoder);
  if (found == sessions().open.end())
    return refuse(NV_ENC_ERR_INVALID_ENCODERDEVICE, std::string(name) + ": no such session");
  Session& session = *found->second;
  if (needs != Needs::session && !session.is_initialized())
    return session.refuse(NV_ENC_ERR_ENCODER_NOT_INITIALIZED,
                          std::string(name) + ": the session is not initialised");
  if (needs == Needs::context) session.check_context(name);
  return call(session);
}

/// The same for a call with a structure that has a version.
template <typename Params, typename Call>
NVENCSTATUS with(std::string_view name, void* encoder, Needs needs, Params* params,
                 std::uint32_t version, Call call) {
  return on_session(name, encoder, needs, [&](Session& session) {
    if (params == nullptr)
      return session.refuse(NV_ENC_ERR_INVALID_PTR, std::string(name) + ": no parameters");
    if (params->version != version)
      return session.refuse(NV_ENC_ERR_INVALID_VERSION,
                            std::string(name) + ": version of the structure");
    return call(session);
  });
}

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

NVENCSTATUS NVENCAPI initialize(void* encoder, NV_ENC_INITIALIZE_PARAMS* params) {
  return with("NvEncInitializeEncoder", encoder, Needs::session, params,
              NV_ENC_INITIALIZE_PARAMS_VER, [&](Session& session) {
                session.check_context("NvEncInitializeEncoder");
                return session.initialize(*params);
              });
}

NVENCSTATUS NVENCAPI reconfigure(void* encoder, NV_ENC_RECONFIGURE_PARAMS* params) {
  return with("NvEncReconfigureEncoder", encoder, Needs::context, params,
              NV_ENC_RECONFIGURE_PARAMS_VER,
              [&](Session& session) { return session.reconfigure(*params); });
}

NVENCSTATUS NVENCAPI sequence_params(void* encoder, NV_ENC_SEQUENCE_PARAM_PAYLOAD* params) {
  return with("NvEncGetSequenceParams", encoder, Needs::initialized, params,
              NV_ENC_SEQUENCE_PARAM_PAYLOAD_VER,
              [&](Session& session) { return session.sequence_params(*params); });
}

NVENCSTATUS NVENCAPI create_input(void* encoder, NV_ENC_CREATE_INPUT_BUFFER* params) {
  return with("NvEncCreateInputBuffer", encoder, Needs::context, params,
              NV_ENC_CREATE_INPUT_BUFFER_VER,
              [&](Session& session) { return session.create_input(*params); });
}

NVENCSTATUS NVENCAPI destroy_input(void* encoder, NV_ENC_INPUT_PTR buffer) {
  return on_session("NvEncDestroyInputBuffer", encoder, Needs::context,
                    [&](Session& session) { return session.destroy_input(buffer); });
}

NVENCSTATUS NVENCAPI lock_input(void* encoder, NV_ENC_LOCK_INPUT_BUFFER* params) {
  return with("NvEncLockInputBuffer", encoder, Needs::context, params, NV_ENC_LOCK_INPUT_BUFFER_VER,
              [&](Session& session) { return session.lock_input(*params); });
}

NVENCSTATUS NVENCAPI unlock_input(void* encoder, NV_ENC_INPUT_PTR buffer) {
  return on_session("NvEncUnlockInputBuffer", encoder, Needs::context,
                    [&](Session& session) { return session.unlock_input(buffer); });
}

NVENCSTATUS NVENCAPI register_resource(void* encoder, NV_ENC_REGISTER_RESOURCE* params) {
  return with("NvEncRegisterResource", encoder, Needs::context, params,
              NV_ENC_REGISTER_RESOURCE_VER,
              [&](Session& session) { return session.register_resource(*params); });
}

NVENCSTATUS NVENCAPI unregister_resource(void* encoder, NV_ENC_REGISTERED_PTR resource) {
  return on_session("NvEncUnregisterResource", encoder, Needs::context,
                    [&](Session& session) { return session.unregister_resource(resource); });
}

NVENCSTATUS NVENCAPI map_resource(void* encoder, NV_ENC_MAP_INPUT_RESOURCE* params) {
  return with("NvEncMapInputResource", encoder, Needs::context, params,
              NV_ENC_MAP_INPUT_RESOURCE_VER,
              [&](Session& session) { return session.map_resource(*params); });
}

NVENCSTATUS NVENCAPI unmap_resource(void* encoder, NV_ENC_INPUT_PTR mapped) {
  return on_session("NvEncUnmapInputResource", encoder, Needs::context,
                    [&](Session& session) { return session.unmap_resource(mapped); });
}

NVENCSTATUS NVENCAPI create_output(void* encoder, NV_ENC_CREATE_BITSTREAM_BUFFER* params) {
  return with("NvEncCreateBitstreamBuffer", encoder, Needs::context, params,
              NV_ENC_CREATE_BITSTREAM_BUFFER_VER,
              [&](Session& session) { return session.create_output(*params); });
}

NVENCSTATUS NVENCAPI destroy_output(void* encoder, NV_ENC_OUTPUT_PTR buffer) {
  return on_session("NvEncDestroyBitstreamBuffer", encoder, Needs::context,
                    [&](Session& session) { return session.destroy_output(buffer); });
}

NVENCSTATUS NVENCAPI encode_picture(void* encoder, NV_ENC_PIC_PARAMS* params) {
  // FFmpeg ends the stream of a session that it could not initialise too, when it closes it.
  const bool end = params != nullptr && (params->encodePicFlags & NV_ENC_PIC_FLAG_EOS) != 0;
  return with("NvEncEncodePicture", encoder, end ? Needs::session : Needs::context, params,
              NV_ENC_PIC_PARAMS_VER, [&](Session& session) {
                if (!session.is_initialized())
                  return session.fail(NV_ENC_ERR_ENCODER_NOT_INITIALIZED, "not initialised");
                return session.encode(*params);
              });
}

NVENCSTATUS NVENCAPI lock_output(void* encoder, NV_ENC_LOCK_BITSTREAM* params) {
  return with("NvEncLockBitstream", encoder, Needs::context, params, NV_ENC_LOCK_BITSTREAM_VER,
              [&](Session& session) { return session.lock_output(*params); });
}

NVENCSTATUS NVENCAPI unlock_output(void* encoder, NV_ENC_OUTPUT_PTR buffer) {
  return on_session("NvEncUnlockBitstream", encoder, Needs::context,
                    [&](Session& session) { return session.unlock_output(buffer); });
}

NVENCSTATUS NVENCAPI set_streams(void* encoder, NV_ENC_CUSTREAM_PTR in, NV_ENC_CUSTREAM_PTR out) {
  return on_session("NvEncSetIOCudaStreams", encoder, Needs::context, [&](Session& session) {
    if (in == nullptr || out == nullptr)
      return session.refuse(NV_ENC_ERR_INVALID_PTR, "NvEncSetIOCudaStreams: no stream");
    return NV_ENC_SUCCESS;
  });
}

const char* NVENCAPI last_error(void* encoder) {
  const std::lock_guard lock(sessions().mutex);
  const auto found = sessions().open.find(encoder);
  return found == sessions().open.end() ? "no such session" : found->second->last_error().c_str();
}

NVENCSTATUS NVENCAPI destroy(void* encoder) {
  const NVENCSTATUS status =
      on_session("NvEncDestroyEncoder", encoder, Needs::session, [&](Session& session) {
        session.check_context("NvEncDestroyEncoder");
        sessions().open.erase(encoder);
        return NV_ENC_SUCCESS;
      });
  write_report();
  return status;
}

/// What the failures of settings.h make of an opening; NV_ENC_SUCCESS if it may go on.
NVENCSTATUS refusal(std::size_t open) {
  if (fails("unsupported")) return NV_ENC_ERR_UNSUPPORTED_DEVICE;
  if (fails("client_key")) return NV_ENC_ERR_INCOMPATIBLE_CLIENT_KEY;
  if (fails("no_session") || open >= static_cast<std::size_t>(settings().sessions))
    return NV_ENC_ERR_OUT_OF_MEMORY;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS NVENCAPI open_session(NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS* params, void** encoder) {
  const std::string call = "NvEncOpenEncodeSessionEx: ";
  if (params == nullptr || encoder == nullptr)
    return refuse(NV_ENC_ERR_INVALID_PTR, call + "no parameters");
  if (params->version != NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS_VER ||
      params->apiVersion != NVENCAPI_VERSION)
    return refuse(NV_ENC_ERR_INVALID_VERSION, call + "version");
  const bool cuda = params->deviceType == NV_ENC_DEVICE_TYPE_CUDA;
  if (cuda ? !is_context(params->device) : !is_directx_device(params->device))
    return refuse(NV_ENC_ERR_INVALID_DEVICE, call + "no such device");
  {
    const std::lock_guard lock(sessions().mutex);
    const NVENCSTATUS status = refusal(sessions().open.size());
    if (status != NV_ENC_SUCCESS) return status;
    auto made = std::make_unique<Session>(params->device, cuda ? params->device : nullptr);
    *encoder = made.get();
    sessions().open.emplace(*encoder, std::move(made));
  }
  write_report();
  return NV_ENC_SUCCESS;
}

}  // namespace
}  // namespace nvenc

extern "C" RUSTCAM_EXPORT NVENCSTATUS rustcam_nvenc_max_version(std::uint32_t* version) {
  const std::uint32_t major = nvenc::fails("old_driver") ? 10 : NVENCAPI_MAJOR_VERSION;
  *version = major << 4 | NVENCAPI_MINOR_VERSION;
  return NV_ENC_SUCCESS;
}

extern "C" RUSTCAM_EXPORT NVENCSTATUS
rustcam_nvenc_create_instance(NV_ENCODE_API_FUNCTION_LIST* functions) {
  if (functions == nullptr)
    return nvenc::refuse(NV_ENC_ERR_INVALID_PTR, "NvEncodeAPICreateInstance: no list");
  if (functions->version != NV_ENCODE_API_FUNCTION_LIST_VER)
    return nvenc::refuse(NV_ENC_ERR_INVALID_VERSION, "NvEncodeAPICreateInstance: version");
  // Functions that FFmpeg does not call stay null.
  functions->nvEncOpenEncodeSessionEx = &nvenc::open_session;
  functions->nvEncGetEncodeGUIDCount = &nvenc::codec_count;
  functions->nvEncGetEncodeGUIDs = &nvenc::codec_list;
  functions->nvEncGetEncodeProfileGUIDCount = &nvenc::profile_count;
  functions->nvEncGetEncodeProfileGUIDs = &nvenc::profile_list;
  functions->nvEncGetInputFormatCount = &nvenc::format_count;
  functions->nvEncGetInputFormats = &nvenc::format_list;
  functions->nvEncGetEncodeCaps = &nvenc::encode_caps;
  functions->nvEncGetEncodePresetCount = &nvenc::preset_count;
  functions->nvEncGetEncodePresetGUIDs = &nvenc::preset_list;
  functions->nvEncGetEncodePresetConfigEx = &nvenc::preset_config_ex;
  functions->nvEncInitializeEncoder = &nvenc::initialize;
  functions->nvEncReconfigureEncoder = &nvenc::reconfigure;
  functions->nvEncGetSequenceParams = &nvenc::sequence_params;
  functions->nvEncCreateInputBuffer = &nvenc::create_input;
  functions->nvEncDestroyInputBuffer = &nvenc::destroy_input;
  functions->nvEncLockInputBuffer = &nvenc::lock_input;
  functions->nvEncUnlockInputBuffer = &nvenc::unlock_input;
  functions->nvEncRegisterResource = &nvenc::register_resource;
  functions->nvEncUnregisterResource = &nvenc::unregister_resource;
  functions->nvEncMapInputResource = &nvenc::map_resource;
  functions->nvEncUnmapInputResource = &nvenc::unmap_resource;
  functions->nvEncCreateBitstreamBuffer = &nvenc::create_output;
  functions->nvEncDestroyBitstreamBuffer = &nvenc::destroy_output;
  functions->nvEncEncodePicture = &nvenc::encode_picture;
  functions->nvEncLockBitstream = &nvenc::lock_output;
  functions->nvEncUnlockBitstream = &nvenc::unlock_output;
  functions->nvEncSetIOCudaStreams = &nvenc::set_streams;
  functions->nvEncGetLastErrorString = &nvenc::last_error;
  functions->nvEncDestroyEncoder = &nvenc::destroy;
  return NV_ENC_SUCCESS;
}
