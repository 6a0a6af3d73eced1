#include "capture/dda/hresult.h"

#include <dxgi.h>

#include <array>
#include <cstdio>

#include "base/error.h"
#include "platform/support_win32.h"

namespace rustcam::dda {

namespace {

/// A keyed mutex or a duplication whose other side has died: a success by its number.
constexpr HRESULT wait_abandoned = static_cast<HRESULT>(WAIT_ABANDONED);

struct Meaning {
  HRESULT code;
  Outcome outcome;
  const char* text;
};

constexpr std::array<Meaning, 18> meanings{{
    {S_OK, Outcome::success, "done"},
    {DXGI_ERROR_WAIT_TIMEOUT, Outcome::nothing_yet, "no frame came in time"},
    {DXGI_ERROR_ACCESS_LOST, Outcome::lost,
     "Windows took the desktop away (a mode change, full-screen program, lock screen or UAC "
     "prompt)"},
    {DXGI_ERROR_INVALID_CALL, Outcome::lost, "the duplication is no longer valid"},
    {wait_abandoned, Outcome::lost, "the duplication was abandoned"},
    {DXGI_ERROR_DEVICE_REMOVED, Outcome::lost, "the graphics device was removed"},
    {DXGI_ERROR_DEVICE_RESET, Outcome::lost, "the graphics device was reset"},
    {DXGI_ERROR_DEVICE_HUNG, Outcome::lost, "the graphics device hung"},
    {DXGI_ERROR_DRIVER_INTERNAL_ERROR, Outcome::lost, "the graphics driver failed"},
    {DXGI_ERROR_MODE_CHANGE_IN_PROGRESS, Outcome::lost,
     "the display's mode is changing; try again"},
    {DXGI_ERROR_NOT_FOUND, Outcome::lost, "the output is not there; plug it in or wake it"},
    {DXGI_ERROR_SESSION_DISCONNECTED, Outcome::lost,
     "this session has no screen (a closed remote desktop or another user's turn); connect to it "
     "again"},
    {DXGI_ERROR_UNSUPPORTED, Outcome::refused,
     "the graphics adapter or its driver does not support it; update the driver"},
    {DXGI_ERROR_NOT_CURRENTLY_AVAILABLE, Outcome::refused,
     "too many programs duplicate this output, or one holds it alone; close one of them"},
    {E_ACCESSDENIED, Outcome::refused,
     "Windows shows its secure desktop (lock screen or UAC prompt), which programs may not see; "
     "return to the desktop"},
    {E_INVALIDARG, Outcome::refused,
     "Windows refuses the output now (this process duplicates it already, or its mode is "
     "changing); "
     "try again"},
    {E_NOTIMPL, Outcome::refused,
     "this system has no Desktop Duplication; it needs Windows 8 or later and a display driver"},
    {E_OUTOFMEMORY, Outcome::refused, "memory is out; close other programs"},
}};

const Meaning* meaning_of(HRESULT result) noexcept {
  for (const Meaning& meaning : meanings)
    if (meaning.code == result) return &meaning;
  return nullptr;
}

}  // namespace

Outcome outcome_of(HRESULT result) noexcept {
  if (const Meaning* known = meaning_of(result)) return known->outcome;
  return SUCCEEDED(result) ? Outcome::success : Outcome::refused;
}

std::string code_text(HRESULT result) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08lX", static_cast<unsigned long>(result));
  return text.data();
}

std::string explain(HRESULT result) {
  if (const Meaning* known = meaning_of(result)) return known->text;
  return win32::message_of(static_cast<DWORD>(result));
}

void fail(HRESULT result, const std::string& what) {
  const std::string message = what + ": " + explain(result) + " (" + code_text(result) + ")";
  if (outcome_of(result) == Outcome::lost) throw AccessLost(message, code_text(result));
  throw DuplicationError(message, code_text(result));
}

}  // namespace rustcam::dda
