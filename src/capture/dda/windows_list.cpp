#include "capture/dda/windows_list.h"

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "capture/dda/adapters.h"
#include "platform/support_win32.h"

namespace rustcam::dda {

namespace {

using GetWindowAttribute = HRESULT WINAPI(HWND, DWORD, void*, DWORD);
constexpr DWORD extended_frame_bounds = 9;  // DWMWA_EXTENDED_FRAME_BOUNDS
constexpr DWORD cloaked = 14;               // DWMWA_CLOAKED

struct Listing {
  GetWindowAttribute* attribute = nullptr;
  std::vector<TargetInfo> windows;
};

/// Of a suspended app or another virtual desktop: visible by its style, but not shown.
bool is_cloaked(const Listing& listing, HWND window) {
  DWORD value = 0;
  return listing.attribute != nullptr &&
         SUCCEEDED(listing.attribute(window, cloaked, &value, sizeof value)) && value != 0;
}

/// Without the invisible border that Windows 10 adds for the mouse.
RECT bounds_of(const Listing& listing, HWND window) {
  RECT bounds{};
  if (listing.attribute == nullptr ||
      FAILED(listing.attribute(window, extended_frame_bounds, &bounds, sizeof bounds)))
    ::GetWindowRect(window, &bounds);
  return bounds;
}

BOOL CALLBACK add_window(HWND window, LPARAM argument) {
  auto& listing = *reinterpret_cast<Listing*>(argument);
  std::wstring title(static_cast<std::size_t>(::GetWindowTextLengthW(window)) + 1, L'\0');
  title.resize(static_cast<std::size_t>(
      ::GetWindowTextW(window, title.data(), static_cast<int>(title.size()))));
  if (title.empty() || ::IsWindowVisible(window) == FALSE || ::IsIconic(window) != FALSE ||
      is_cloaked(listing, window))
    return TRUE;
  TargetInfo info;
  info.kind = TargetKind::window;
  info.index = static_cast<int>(listing.windows.size());
  info.window = reinterpret_cast<std::uintptr_t>(window);
  info.identity = std::to_string(*info.window);
  info.backend = backend_name;
  info.name = win32::to_utf8(title);
  DWORD process = 0;
  ::GetWindowThreadProcessId(window, &process);
  if (process != 0) info.pid = process;
  const RECT r = bounds_of(listing, window);
  info.desktop = {r.left, r.top, r.right, r.bottom};
  listing.windows.push_back(std::move(info));
  return TRUE;
}

}  // namespace

std::vector<TargetInfo> visible_windows() {
  Listing listing;
  listing.attribute =
      win32::find_function<GetWindowAttribute>(L"dwmapi.dll", "DwmGetWindowAttribute");
  ::EnumWindows(add_window, reinterpret_cast<LPARAM>(&listing));
  return std::move(listing.windows);
}

}  // namespace rustcam::dda
