// A client of NVENC that does by itself what FFmpeg does, so that tests can do it wrongly, or with
// textures.
#pragma once

#include <ffnvcodec/dynlink_cuda.h>
#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <vector>

struct CudaFunctions;
struct NvencFunctions;

namespace nvenc_client {

constexpr std::uint32_t width = 320;
constexpr std::uint32_t height = 240;

/// The driver's two libraries, and one session. Wherever something must go well, it throws
/// std::runtime_error.
struct Client {
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Makes a context, which stays current.
  void create_context();
  NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS opening(void* device, NV_ENC_DEVICE_TYPE type) const;
  /// Opens the session, and takes p4's configuration for low latency.
  void open(void* device, NV_ENC_DEVICE_TYPE type);
  void initialize();
  NV_ENC_INPUT_PTR create_input();
  NV_ENC_OUTPUT_PTR create_output();
  NV_ENC_PIC_PARAMS picture(NV_ENC_INPUT_PTR input, NV_ENC_OUTPUT_PTR output) const;
  /// The packet of an output.
  std::vector<std::uint8_t> fetch(NV_ENC_OUTPUT_PTR output);

  CudaFunctions* cuda = nullptr;
  NvencFunctions* libraries = nullptr;
  NV_ENCODE_API_FUNCTION_LIST api{};
  CUcontext context = nullptr;
  void* encoder = nullptr;
  NV_ENC_CONFIG config{};
  NV_ENC_INITIALIZE_PARAMS parameters{};
  std::uint32_t pitch = 0;  ///< of input buffers, known once one was locked
};

/// Throws unless it is success.
void must(NVENCSTATUS status, const char* what);

/// What main's first argument names; returns the exit status.
int run(int argc, char** argv);

}  // namespace nvenc_client
