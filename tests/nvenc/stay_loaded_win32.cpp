// FFmpeg unloads the driver with each encoder; the report is of the whole process, so the library
// stays.
#include <windows.h>

namespace {

const bool stays = [] {
  HMODULE self = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            reinterpret_cast<const wchar_t*>(&stays), &self) != FALSE;
}();

}  // namespace
