// The part of CUDA that clients of NVENC call: one device, and contexts that are nothing but their
// address.
#include <ffnvcodec/dynlink_cuda.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "contexts.h"
#include "report.h"
#include "settings.h"

namespace nvenc {
namespace {

// CUDA's numbers that ffnvcodec's headers do not name.
constexpr int invalid_value = 1;
constexpr int not_initialized = 3;
constexpr int no_device = 100;
constexpr int invalid_device = 101;
constexpr int invalid_context = 201;

struct Contexts {
  std::mutex mutex;
  bool initialized = false;
  std::map<const void*, int> users;  ///< sessions of each context
  std::map<std::thread::id, std::vector<const void*>> pushed;
};

Contexts& contexts() {
  static Contexts& it = *new Contexts;
  return it;
}

/// The calling thread's own.
std::vector<const void*>& stack() {
  const std::lock_guard lock(contexts().mutex);
  return contexts().pushed[std::this_thread::get_id()];
}

CUresult result(int code) {
  return static_cast<CUresult>(code);
}

CUresult refuse(int code, const std::string& what) {
  violation(what);
  return result(code);
}

/// What every call but cuInit asks first.
int check_device(CUdevice device, const std::string& name) {
  const std::lock_guard lock(contexts().mutex);
  if (!contexts().initialized) {
    violation(name + ": before cuInit");
    return not_initialized;
  }
  if (device != 0) {
    violation(name + ": no such device");
    return invalid_device;
  }
  return 0;
}

}  // namespace

bool is_context(const void* context) {
  const std::lock_guard lock(contexts().mutex);
  return contexts().users.contains(context);
}

const void* current_context() {
  return stack().empty() ? nullptr : stack().back();
}

void use_context(const void* context, int by) {
  const std::lock_guard lock(contexts().mutex);
  const auto found = contexts().users.find(context);
  if (found != contexts().users.end()) found->second += by;
}

}  // namespace nvenc

using namespace nvenc;

#define EXPORTED extern "C" RUSTCAM_EXPORT CUresult CUDAAPI

EXPORTED cuInit(unsigned int flags) {
  if (flags != 0) return refuse(invalid_value, "cuInit: flags");
  if (fails("no_device")) return result(no_device);
  const std::lock_guard lock(contexts().mutex);
  contexts().initialized = true;
  return CUDA_SUCCESS;
}

EXPORTED cuDriverGetVersion(int* version) {
  *version = 12010;
  return CUDA_SUCCESS;
}

EXPORTED cuDeviceGetCount(int* count) {
  *count = 1;
  return result(check_device(0, "cuDeviceGetCount"));
}

EXPORTED cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return result(check_device(ordinal, "cuDeviceGet"));
}

EXPORTED cuDeviceGetName(char* name, int length, CUdevice device) {
  const int wrong = check_device(device, "cuDeviceGetName");
  if (wrong != 0) return result(wrong);
  constexpr std::string_view text = "Stand-in GPU";
  if (name == nullptr || length <= 0) return refuse(invalid_value, "cuDeviceGetName: no room");
  const std::size_t size = std::min(text.size(), static_cast<std::size_t>(length) - 1);
  std::memcpy(name, text.data(), size);
  name[size] = '\0';
  return CUDA_SUCCESS;
}

EXPORTED cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  *major = fails("old_gpu") ? 2 : 8;
  *minor = fails("old_gpu") ? 1 : 6;
  return result(check_device(device, "cuDeviceComputeCapability"));
}

EXPORTED cuCtxCreate_v2(CUcontext* context, unsigned int /*flags*/, CUdevice device) {
  const int wrong = check_device(device, "cuCtxCreate");
  if (wrong != 0) return result(wrong);
  auto* made = new char;
  {
    const std::lock_guard lock(contexts().mutex);
    contexts().users.emplace(made, 0);
  }
  live(Kind::context, 1);
  stack().push_back(made);
  *context = reinterpret_cast<CUcontext>(made);
  return CUDA_SUCCESS;
}

EXPORTED cuCtxGetCurrent(CUcontext* context) {
  *context = static_cast<CUcontext>(const_cast<void*>(current_context()));
  return CUDA_SUCCESS;
}

EXPORTED cuCtxPushCurrent_v2(CUcontext context) {
  if (!is_context(context)) return refuse(invalid_context, "cuCtxPushCurrent: no such context");
  stack().push_back(context);
  return CUDA_SUCCESS;
}

EXPORTED cuCtxPopCurrent_v2(CUcontext* context) {
  if (stack().empty()) return refuse(invalid_context, "cuCtxPopCurrent: nothing was pushed");
  if (context != nullptr) *context = static_cast<CUcontext>(const_cast<void*>(stack().back()));
  stack().pop_back();
  return CUDA_SUCCESS;
}

EXPORTED cuCtxDestroy_v2(CUcontext context) {
  {
    const std::lock_guard lock(contexts().mutex);
    const auto found = contexts().users.find(context);
    if (found == contexts().users.end())
      return refuse(invalid_context, "cuCtxDestroy: no such context");
    if (found->second > 0) violation("cuCtxDestroy: a session still uses the context");
    contexts().users.erase(found);
  }
  live(Kind::context, -1);
  std::erase(stack(), context);
  delete reinterpret_cast<char*>(context);
  write_report();
  return CUDA_SUCCESS;
}

EXPORTED cuCtxGetDevice(CUdevice* device) {
  if (stack().empty()) return refuse(invalid_context, "cuCtxGetDevice: no context is current");
  *device = 0;
  return CUDA_SUCCESS;
}

EXPORTED cuGetErrorName(CUresult error, const char** text) {
  switch (static_cast<int>(error)) {
    case 0:
      *text = "CUDA_SUCCESS";
      break;
    case invalid_value:
      *text = "CUDA_ERROR_INVALID_VALUE";
      break;
    case not_initialized:
      *text = "CUDA_ERROR_NOT_INITIALIZED";
      break;
    case no_device:
      *text = "CUDA_ERROR_NO_DEVICE";
      break;
    case invalid_device:
      *text = "CUDA_ERROR_INVALID_DEVICE";
      break;
    case invalid_context:
      *text = "CUDA_ERROR_INVALID_CONTEXT";
      break;
    default:
      *text = "CUDA_ERROR_UNKNOWN";
      break;
  }
  return CUDA_SUCCESS;
}

EXPORTED cuGetErrorString(CUresult error, const char** text) {
  switch (static_cast<int>(error)) {
    case 0:
      *text = "no error";
      break;
    case no_device:
      *text = "no CUDA-capable device is detected";
      break;
    default:
      *text = "the stand-in driver refused a call";
      break;
  }
  return CUDA_SUCCESS;
}
