#include "precise_wait.h"

#include <windows.h>

namespace layer {
namespace {

// Wine's waitable timers round up to whole milliseconds; the kernel call underneath does not.
using DelayExecution = LONG(WINAPI*)(BOOLEAN, LARGE_INTEGER*);

DelayExecution delay_execution() {
  static const auto function = reinterpret_cast<DelayExecution>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtDelayExecution")));
  return function;
}

}  // namespace

void precise_wait_until(rustcam::TimePoint deadline) {
  const auto left = deadline - rustcam::now();
  if (left <= rustcam::Duration(0)) return;
  LARGE_INTEGER relative;
  relative.QuadPart = -(left.count() / 100 + 1);
  delay_execution()(FALSE, &relative);
}

}  // namespace layer
