#include <new>

#include "platform/support_win32.h"
#include "platform/thread_priority.h"

namespace rustcam {

namespace {

void name_thread(const char* name) {
  const auto set_description =
      win32::find_function<HRESULT WINAPI(HANDLE, PCWSTR)>(L"kernel32.dll", "SetThreadDescription");
  if (set_description != nullptr)
    set_description(::GetCurrentThread(), win32::to_wide(name).c_str());
}

/// The multimedia scheduler keeps a share of the processor for such threads even beside a game.
/// The registration ends with the thread.
bool join_multimedia_class() {
  const auto set_characteristics = win32::find_function<HANDLE WINAPI(LPCWSTR, LPDWORD)>(
      L"avrt.dll", "AvSetMmThreadCharacteristicsW");
  DWORD task = 0;
  return set_characteristics != nullptr && set_characteristics(L"Capture", &task) != nullptr;
}

}  // namespace

std::string set_thread_role(ThreadRole role, const char* name) noexcept {
  try {
    name_thread(name);
    if (role == ThreadRole::encode || join_multimedia_class()) return {};
    const int priority =
        role == ThreadRole::capture ? THREAD_PRIORITY_HIGHEST : THREAD_PRIORITY_TIME_CRITICAL;
    if (::SetThreadPriority(::GetCurrentThread(), priority) != FALSE) return {};
    return win32::message_of(::GetLastError());
  } catch (const std::bad_alloc&) {
    return {};
  }
}

struct OrdinaryThreads::Before {};

OrdinaryThreads::OrdinaryThreads() = default;
OrdinaryThreads::~OrdinaryThreads() = default;

KeepAwake::KeepAwake() noexcept {
  ::SetThreadExecutionState(ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED);
}

KeepAwake::~KeepAwake() {
  ::SetThreadExecutionState(ES_CONTINUOUS);
}

}  // namespace rustcam
