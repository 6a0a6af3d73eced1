#include <windows.h>

#include <atomic>
#include <memory>
#include <thread>

#include "platform/signals.h"
#include "platform/start_thread.h"
#include "platform/support_win32.h"

namespace rustcam {

namespace {

/// What the handlers share with the object. They run on threads of the system's own, and may be
/// waiting still when the object ends.
struct Requests {
  std::atomic<int> count{0};
  /// Set when the object ends: what had to be finished is.
  win32::Handle finished{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};

  /// The system ends the process as soon as its handler returns.
  void add_and_wait_for_the_end() {
    ++count;
    ::WaitForSingleObject(finished.get(), INFINITE);
  }
};

// A console handler is given nothing but the kind of event, so what it touches has to be here.
std::atomic<std::shared_ptr<Requests>> current;

BOOL WINAPI on_console_event(DWORD event) {
  const std::shared_ptr<Requests> requests = current.load();
  if (!requests) return FALSE;
  if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT)
    ++requests->count;
  else
    requests->add_and_wait_for_the_end();
  return TRUE;
}

LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  const auto requests = current.load();
  if (requests && message == WM_CLOSE) {  // as from taskkill
    ++requests->count;
    return 0;
  }
  if (message == WM_QUERYENDSESSION) return TRUE;
  if (requests && message == WM_ENDSESSION && wparam != FALSE) {
    requests->add_and_wait_for_the_end();
    return 0;
  }
  return ::DefWindowProcW(window, message, wparam, lparam);
}

/// A program that uses user32 is not told of log-off and shutdown as a console program, but as one
/// with windows: by messages to its top-level windows. So it needs one, never shown, on a thread
/// that always answers.
void watch_session(const std::stop_token& stop) {
  const win32::Handle stopped(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  const std::stop_callback wake(stop, [&] { ::SetEvent(stopped.get()); });
  WNDCLASSW kind{};
  kind.lpfnWndProc = on_message;
  kind.hInstance = ::GetModuleHandleW(nullptr);
  kind.lpszClassName = L"rustcam-end-signals";
  ::RegisterClassW(&kind);
  const HWND window = ::CreateWindowExW(0, kind.lpszClassName, L"rustcam-cli", WS_OVERLAPPED, 0, 0,
                                        0, 0, nullptr, nullptr, kind.hInstance, nullptr);
  if (window == nullptr) return;  // no desktop, as in a service: then there is no session to end
  const HANDLE handle = stopped.get();
  while (::MsgWaitForMultipleObjects(1, &handle, FALSE, INFINITE, QS_ALLINPUT) ==
         WAIT_OBJECT_0 + 1) {
    MSG message;
    while (::PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != FALSE)
      ::DispatchMessageW(&message);
  }
  ::DestroyWindow(window);
}

/// The watcher lives as long as the requests that it reports to.
struct Watched : Requests {
  std::jthread watcher = start_thread(watch_session);
};

}  // namespace

EndSignals::EndSignals() {
  current.store(std::make_shared<Watched>());
  ::SetConsoleCtrlHandler(on_console_event, TRUE);
}

EndSignals::~EndSignals() {
  const auto watched = std::static_pointer_cast<Watched>(current.load());
  // Before the handler is taken out: the system waits there for one that runs.
  ::SetEvent(watched->finished.get());
  ::SetConsoleCtrlHandler(on_console_event, FALSE);
  watched->watcher.request_stop();
  watched->watcher.join();
  current.store(nullptr);
}

int EndSignals::count() const noexcept {
  return current.load()->count.load();
}

}  // namespace rustcam
