// What the Windows twins share: texts, handles, and functions newer than the oldest Windows we run
// on. For the files of this folder and of the Windows back end only.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>
#include <utility>

namespace rustcam::win32 {

std::wstring to_wide(std::string_view utf8);
std::string to_utf8(std::wstring_view wide);

/// The system's one-line text for an error code of GetLastError, without its full stop.
std::string message_of(DWORD code);
/// "0x80070070": the HRESULT form of an error code of GetLastError.
std::string code_text(DWORD code);

/// Owns a kernel object.
class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) noexcept
      : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  HANDLE get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  void reset() noexcept {
    if (handle_ != nullptr) ::CloseHandle(handle_);
    handle_ = nullptr;
  }

 private:
  HANDLE handle_ = nullptr;
};

/// A function of a system DLL that older systems lack; null there. The DLL stays loaded.
template <typename Function>
Function* find_function(const wchar_t* module, const char* name) noexcept {
  HMODULE loaded = ::GetModuleHandleW(module);
  if (loaded == nullptr) loaded = ::LoadLibraryExW(module, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (loaded == nullptr) return nullptr;
  const FARPROC found = ::GetProcAddress(loaded, name);
  return reinterpret_cast<Function*>(reinterpret_cast<void*>(found));
}

}  // namespace rustcam::win32
