// NVENC's table of functions: each finds its session, checks what all calls share, and hands over
// to it.
#include <ffnvcodec/nvEncodeAPI.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "contexts.h"
#include "on_session.h"
#include "report.h"
#include "session.h"
#include "settings.h"
#include "texture.h"

namespace nvenc {

Sessions& sessions() {
  static Sessions& it = *new Sessions;
  return it;
}

namespace {

NVENCSTATUS refuse(NVENCSTATUS status, const std::string& what) {
  violation(what);
  return status;
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
  nvenc::add_queries(*functions);
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
