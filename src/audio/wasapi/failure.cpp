#include "audio/wasapi/failure.h"

// audioclient.h needs windows.h before it.
// clang-format off
#include <windows.h>
#include <audioclient.h>
// clang-format on

#include <array>

#include "base/error.h"
#include "platform/support_win32.h"

namespace rustcam::wasapi {
namespace {

struct Meaning {
  HRESULT code;
  bool away;  ///< the device, not the sound system
  const char* text;
};

constexpr const char* service_text =
    "the service Windows Audio does not run; start it (services.msc, \"Windows Audio\")";

constexpr std::array<Meaning, 14> meanings{{
    {AUDCLNT_E_DEVICE_INVALIDATED, true, "the device was unplugged or switched off"},
    {AUDCLNT_E_RESOURCES_INVALIDATED, true, "Windows took the device away"},
    {AUDCLNT_E_DEVICE_IN_USE, true,
     "another program has taken the device for itself (exclusive mode); close it"},
    {AUDCLNT_E_ENDPOINT_CREATE_FAILED, true,
     "Windows cannot open the device; unplug it and plug it in again, or update its driver"},
    {HRESULT_FROM_WIN32(ERROR_NOT_FOUND), true,
     "there is no such device that is on; connect it, or enable it under Settings, System, Sound"},
    {HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), true,
     "the device is not there any more; connect it again"},
    {AUDCLNT_E_SERVICE_NOT_RUNNING, false, service_text},
    {HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE), false, service_text},
    {HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE), false, service_text},
    {RPC_E_DISCONNECTED, false, service_text},
    {E_ACCESSDENIED, false,
     "Windows does not let this program record; allow it under Settings, Privacy, Microphone"},
    {AUDCLNT_E_WRONG_ENDPOINT_TYPE, false,
     "this system cannot record what is played (Wine's sound drivers cannot)"},
    {REGDB_E_CLASSNOTREG, false, "this Windows has no sound system (a server without it?)"},
    {E_OUTOFMEMORY, false, "memory is out; close other programs"},
}};

const Meaning* meaning_of(HRESULT result) noexcept {
  for (const Meaning& meaning : meanings)
    if (meaning.code == result) return &meaning;
  return nullptr;
}

}  // namespace

void fail(HRESULT result, const std::string& what, Before before) {
  const Meaning* const known = meaning_of(result);
  const auto code = static_cast<DWORD>(result);
  const std::string native = win32::code_text(code);
  const std::string message = what + ": " +
                              (known != nullptr ? known->text : win32::message_of(code)) + " (" +
                              native + ")";
  if (known != nullptr && known->away && before == Before::worked)
    throw AccessLost(message, native);
  throw DeviceError(message, native);
}

}  // namespace rustcam::wasapi
