// What the sound system's result codes mean to us: the one place that knows.
#pragma once

#include <windows.h>

#include <string>

namespace rustcam::wasapi {

/// Whether what failed has worked before: a device that is away is lost then, and may come back.
enum class Before { never = 1, worked };

/// Throws AccessLost (the device is away, and was there before) or DeviceError, with the code as
/// native code: "`what`: why; what to do".
[[noreturn]] void fail(HRESULT result, const std::string& what, Before before = Before::never);

/// fail()s unless `result` is a success.
inline void check(HRESULT result, const char* what, Before before = Before::never) {
  if (FAILED(result)) fail(result, what, before);
}

}  // namespace rustcam::wasapi
