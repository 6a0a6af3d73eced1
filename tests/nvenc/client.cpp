#include "client.h"

#include <ffnvcodec/dynlink_loader.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

namespace nvenc_client {

void must(NVENCSTATUS status, const char* what) {
  if (status != NV_ENC_SUCCESS)
    throw std::runtime_error(std::string(what) + ": " + std::to_string(status));
}

Client::Client() {
  if (cuda_load_functions(&cuda, nullptr) < 0 || nvenc_load_functions(&libraries, nullptr) < 0)
    throw std::runtime_error("the driver is not here");
  api.version = NV_ENCODE_API_FUNCTION_LIST_VER;
  must(libraries->NvEncodeAPICreateInstance(&api), "NvEncodeAPICreateInstance");
}

Client::~Client() {
  nvenc_free_functions(&libraries);
  cuda_free_functions(&cuda);
}

void Client::create_context() {
  CUdevice device = 0;
  if (cuda->cuInit(0) != CUDA_SUCCESS || cuda->cuDeviceGet(&device, 0) != CUDA_SUCCESS ||
      cuda->cuCtxCreate(&context, 0, device) != CUDA_SUCCESS)
    throw std::runtime_error("there is no CUDA context");
}

NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS Client::opening(void* device, NV_ENC_DEVICE_TYPE type) const {
  NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS asked{};
  asked.version = NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS_VER;
  asked.apiVersion = NVENCAPI_VERSION;
  asked.device = device;
  asked.deviceType = type;
  return asked;
}

void Client::open(void* device, NV_ENC_DEVICE_TYPE type) {
  NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS asked = opening(device, type);
  must(api.nvEncOpenEncodeSessionEx(&asked, &encoder), "NvEncOpenEncodeSessionEx");
  NV_ENC_PRESET_CONFIG preset{};
  preset.version = NV_ENC_PRESET_CONFIG_VER;
  preset.presetCfg.version = NV_ENC_CONFIG_VER;
  must(api.nvEncGetEncodePresetConfigEx(encoder, NV_ENC_CODEC_H264_GUID, NV_ENC_PRESET_P4_GUID,
                                        NV_ENC_TUNING_INFO_LOW_LATENCY, &preset),
       "NvEncGetEncodePresetConfigEx");
  config = preset.presetCfg;
  config.rcParams.rateControlMode = NV_ENC_PARAMS_RC_CONSTQP;
  config.rcParams.constQP = {10, 10, 10};
  config.encodeCodecConfig.h264Config.repeatSPSPPS = 1;
  parameters.version = NV_ENC_INITIALIZE_PARAMS_VER;
  parameters.encodeGUID = NV_ENC_CODEC_H264_GUID;
  parameters.presetGUID = NV_ENC_PRESET_P4_GUID;
  parameters.tuningInfo = NV_ENC_TUNING_INFO_LOW_LATENCY;
  parameters.encodeWidth = parameters.darWidth = width;
  parameters.encodeHeight = parameters.darHeight = height;
  parameters.frameRateNum = 30;
  parameters.frameRateDen = 1;
  parameters.enablePTD = 1;
  parameters.encodeConfig = &config;
}

void Client::initialize() {
  must(api.nvEncInitializeEncoder(encoder, &parameters), "NvEncInitializeEncoder");
}

NV_ENC_INPUT_PTR Client::create_input() {
  NV_ENC_CREATE_INPUT_BUFFER asked{};
  asked.version = NV_ENC_CREATE_INPUT_BUFFER_VER;
  asked.width = width;
  asked.height = height;
  asked.bufferFmt = NV_ENC_BUFFER_FORMAT_NV12;
  must(api.nvEncCreateInputBuffer(encoder, &asked), "NvEncCreateInputBuffer");
  NV_ENC_LOCK_INPUT_BUFFER lock{};
  lock.version = NV_ENC_LOCK_INPUT_BUFFER_VER;
  lock.inputBuffer = asked.inputBuffer;
  must(api.nvEncLockInputBuffer(encoder, &lock), "NvEncLockInputBuffer");
  pitch = lock.pitch;
  must(api.nvEncUnlockInputBuffer(encoder, asked.inputBuffer), "NvEncUnlockInputBuffer");
  return asked.inputBuffer;
}

NV_ENC_OUTPUT_PTR Client::create_output() {
  NV_ENC_CREATE_BITSTREAM_BUFFER asked{};
  asked.version = NV_ENC_CREATE_BITSTREAM_BUFFER_VER;
  must(api.nvEncCreateBitstreamBuffer(encoder, &asked), "NvEncCreateBitstreamBuffer");
  return asked.bitstreamBuffer;
}

NV_ENC_PIC_PARAMS Client::picture(NV_ENC_INPUT_PTR input, NV_ENC_OUTPUT_PTR output) const {
  NV_ENC_PIC_PARAMS made{};
  made.version = NV_ENC_PIC_PARAMS_VER;
  made.inputBuffer = input;
  made.outputBitstream = output;
  made.bufferFmt = NV_ENC_BUFFER_FORMAT_NV12;
  made.inputWidth = width;
  made.inputHeight = height;
  made.inputPitch = pitch;
  made.pictureStruct = NV_ENC_PIC_STRUCT_FRAME;
  return made;
}

std::vector<std::uint8_t> Client::fetch(NV_ENC_OUTPUT_PTR output) {
  NV_ENC_LOCK_BITSTREAM lock{};
  lock.version = NV_ENC_LOCK_BITSTREAM_VER;
  lock.outputBitstream = output;
  must(api.nvEncLockBitstream(encoder, &lock), "NvEncLockBitstream");
  const auto* bytes = static_cast<const std::uint8_t*>(lock.bitstreamBufferPtr);
  std::vector<std::uint8_t> packet(bytes, bytes + lock.bitstreamSizeInBytes);
  must(api.nvEncUnlockBitstream(encoder, output), "NvEncUnlockBitstream");
  return packet;
}

}  // namespace nvenc_client

int main(int argc, char** argv) {
  try {
    return nvenc_client::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "nvenc_client: %s\n", e.what());
    return 1;
  }
}
