#include "capture/dda/stimulus_window.h"

#include "base/error.h"
#include "platform/support_win32.h"

namespace rustcam::dda {

namespace {

constexpr const wchar_t* class_name = L"rustcam-stimulus";

LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_CLOSE || (message == WM_KEYDOWN && wparam == VK_ESCAPE)) {
    if (auto* const closed = reinterpret_cast<bool*>(::GetWindowLongPtrW(window, GWLP_USERDATA)))
      *closed = true;
    return 0;
  }
  return ::DefWindowProcW(window, message, wparam, lparam);
}

}  // namespace

StimulusWindow::StimulusWindow(const Rect& output, Size size, const std::string& title) {
  WNDCLASSW kind{};
  kind.lpfnWndProc = on_message;
  kind.hInstance = ::GetModuleHandleW(nullptr);
  kind.hCursor = ::LoadCursorW(nullptr, IDC_ARROW);
  kind.lpszClassName = class_name;
  ::RegisterClassW(&kind);  // fails if another window has registered it: it is there then
  window_ = ::CreateWindowExW(WS_EX_TOPMOST, class_name, win32::to_wide(title).c_str(), WS_POPUP,
                              output.left, output.top, size.width, size.height, nullptr, nullptr,
                              kind.hInstance, nullptr);
  if (window_ == nullptr) {
    const DWORD code = ::GetLastError();
    throw DeviceError("cannot open a window: " + win32::message_of(code), win32::code_text(code));
  }
  ::SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(&closed_));
  ::ShowWindow(window_, SW_SHOWNOACTIVATE);
}

StimulusWindow::~StimulusWindow() {
  ::SetWindowLongPtrW(window_, GWLP_USERDATA, 0);
  ::DestroyWindow(window_);
}

bool StimulusWindow::handle_messages() {
  MSG message;
  while (::PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != FALSE) {
    ::TranslateMessage(&message);
    ::DispatchMessageW(&message);
  }
  return !closed_;
}

}  // namespace rustcam::dda
