#include "platform/process_setup.h"
#include "platform/support_win32.h"

namespace rustcam {

namespace {

/// The manifest asks for the same; this serves if the program is started without it, and says so
/// to the thread's later windows. Per-monitor v2 needs Windows 10, per-monitor v1 Windows 8.1.
void see_true_pixels() {
  const auto set_context =
      win32::find_function<BOOL WINAPI(HANDLE)>(L"user32.dll", "SetProcessDpiAwarenessContext");
  const HANDLE per_monitor_v2 = reinterpret_cast<HANDLE>(static_cast<INT_PTR>(-4));
  if (set_context != nullptr && set_context(per_monitor_v2) != FALSE) return;
  const auto set_awareness =
      win32::find_function<HRESULT WINAPI(int)>(L"shcore.dll", "SetProcessDpiAwareness");
  constexpr int per_monitor = 2;
  if (set_awareness != nullptr && set_awareness(per_monitor) == S_OK) return;
  ::SetProcessDPIAware();
}

void understand_escape_sequences(DWORD stream) {
  const HANDLE console = ::GetStdHandle(stream);
  DWORD mode = 0;
  constexpr DWORD virtual_terminal = 0x0004;
  if (::GetConsoleMode(console, &mode) != FALSE) ::SetConsoleMode(console, mode | virtual_terminal);
}

}  // namespace

ProcessSetup::ProcessSetup() noexcept {
  see_true_pixels();
  understand_escape_sequences(STD_OUTPUT_HANDLE);
  understand_escape_sequences(STD_ERROR_HANDLE);
  const UINT before = ::GetConsoleOutputCP();
  if (before != 0 && before != CP_UTF8 && ::SetConsoleOutputCP(CP_UTF8) != FALSE)
    console_code_page_ = before;
}

ProcessSetup::~ProcessSetup() {
  if (console_code_page_ != 0) ::SetConsoleOutputCP(console_code_page_);
}

}  // namespace rustcam
