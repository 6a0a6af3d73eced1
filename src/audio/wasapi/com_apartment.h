// COM on the calling thread, while this lives.
#pragma once

#include <objbase.h>

#include "audio/wasapi/failure.h"

namespace rustcam::wasapi {

/// Must be destroyed on the same thread, after everything that COM gave out meanwhile.
class ComApartment {
 public:
  ComApartment() : result_(::CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {
    // A thread that has COM of another kind already serves as well.
    if (result_ != RPC_E_CHANGED_MODE) check(result_, "cannot start COM");
  }
  ~ComApartment() {
    if (SUCCEEDED(result_)) ::CoUninitialize();
  }
  ComApartment(const ComApartment&) = delete;
  ComApartment& operator=(const ComApartment&) = delete;

 private:
  HRESULT result_;
};

}  // namespace rustcam::wasapi
