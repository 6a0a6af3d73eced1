// The encode library: what it does is in the CUDA library, so that both share one state.
#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>

extern "C" NVENCSTATUS rustcam_nvenc_create_instance(NV_ENCODE_API_FUNCTION_LIST* functions);
extern "C" NVENCSTATUS rustcam_nvenc_max_version(std::uint32_t* version);

extern "C" RUSTCAM_EXPORT NVENCSTATUS NVENCAPI
NvEncodeAPICreateInstance(NV_ENCODE_API_FUNCTION_LIST* functions) {
  return rustcam_nvenc_create_instance(functions);
}

extern "C" RUSTCAM_EXPORT NVENCSTATUS NVENCAPI
NvEncodeAPIGetMaxSupportedVersion(std::uint32_t* version) {
  return rustcam_nvenc_max_version(version);
}
