// The shaders, and what compiles them.
#pragma once

#include <d3dcommon.h>
#include <d3dcompiler.h>

#include "platform/com_ptr_win32.h"

namespace rustcam::d3d11 {

/// The compiler that Windows has from 8.1 on: what it makes is what its drivers were tried with,
/// and Wine's makes what Wine takes. Byte code made at our desk could be run by no Windows here.
class ShaderCompiler {
 public:
  /// Throws DeviceError if the system has none.
  ShaderCompiler();
  /// One function of shaders.cpp. Throws DeviceError.
  win32::ComPtr<ID3DBlob> compile(const char* function, const char* profile) const;

 private:
  pD3DCompile compile_ = nullptr;
};

}  // namespace rustcam::d3d11
