// What FFmpeg's loader demands of CUDA (ffnvcodec/dynlink_loader.h, up to 12.1) and NVENC from
// memory or from Direct3D 11 never calls. A call is refused, and reported: then the stand-in lacks
// something.
#include <ffnvcodec/dynlink_cuda.h>

#include <string>

#include "report.h"

namespace {

CUresult unused(const char* name) {
  nvenc::violation(std::string(name) + ": not in the stand-in driver");
  constexpr int not_supported = 801;
  return static_cast<CUresult>(not_supported);
}

}  // namespace

// Whatever a caller passes is passed in registers and on a stack that it clears itself.
#define UNUSED(name)                          \
  extern "C" RUSTCAM_EXPORT CUresult name() { \
    return unused(#name);                     \
  }

UNUSED(cuArray3DCreate_v2)
UNUSED(cuArrayCreate_v2)
UNUSED(cuArrayDestroy)
UNUSED(cuCtxSetLimit)
UNUSED(cuD3D11GetDevice)
UNUSED(cuD3D11GetDevices)
UNUSED(cuDeviceGetAttribute)
UNUSED(cuDevicePrimaryCtxGetState)
UNUSED(cuDevicePrimaryCtxRelease)
UNUSED(cuDevicePrimaryCtxReset)
UNUSED(cuDevicePrimaryCtxRetain)
UNUSED(cuDevicePrimaryCtxSetFlags)
UNUSED(cuEventCreate)
UNUSED(cuEventDestroy_v2)
UNUSED(cuEventQuery)
UNUSED(cuEventRecord)
UNUSED(cuEventSynchronize)
UNUSED(cuGLGetDevices_v2)
UNUSED(cuGraphicsD3D11RegisterResource)
UNUSED(cuGraphicsGLRegisterImage)
UNUSED(cuGraphicsMapResources)
UNUSED(cuGraphicsResourceGetMappedPointer_v2)
UNUSED(cuGraphicsSubResourceGetMappedArray)
UNUSED(cuGraphicsUnmapResources)
UNUSED(cuGraphicsUnregisterResource)
UNUSED(cuLaunchKernel)
UNUSED(cuLinkAddData)
UNUSED(cuLinkComplete)
UNUSED(cuLinkCreate)
UNUSED(cuLinkDestroy)
UNUSED(cuMemAllocManaged)
UNUSED(cuMemAllocPitch_v2)
UNUSED(cuMemAlloc_v2)
UNUSED(cuMemFree_v2)
UNUSED(cuMemcpy)
UNUSED(cuMemcpy2DAsync_v2)
UNUSED(cuMemcpy2D_v2)
UNUSED(cuMemcpyAsync)
UNUSED(cuMemcpyDtoDAsync_v2)
UNUSED(cuMemcpyDtoD_v2)
UNUSED(cuMemcpyDtoHAsync_v2)
UNUSED(cuMemcpyDtoH_v2)
UNUSED(cuMemcpyHtoDAsync_v2)
UNUSED(cuMemcpyHtoD_v2)
UNUSED(cuMemsetD8Async)
UNUSED(cuModuleGetFunction)
UNUSED(cuModuleGetGlobal)
UNUSED(cuModuleLoadData)
UNUSED(cuModuleUnload)
UNUSED(cuStreamAddCallback)
UNUSED(cuStreamCreate)
UNUSED(cuStreamDestroy_v2)
UNUSED(cuStreamQuery)
UNUSED(cuStreamSynchronize)
UNUSED(cuStreamWaitEvent)
UNUSED(cuTexObjectCreate)
UNUSED(cuTexObjectDestroy)
