#include "audio/wasapi/endpoints.h"

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/error.h"
#include "platform/support_win32.h"

namespace rustcam::wasapi {
namespace {

/// PKEY_Device_FriendlyName, which the import libraries lack.
constexpr PROPERTYKEY friendly_name{
    {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 14};

constexpr HRESULT nothing_found = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);

std::string id_of(IMMDevice& object) {
  wchar_t* text = nullptr;
  check(object.GetId(&text), "Windows does not tell a sound device's id");
  const std::unique_ptr<wchar_t, decltype(&::CoTaskMemFree)> owned(text, &::CoTaskMemFree);
  return win32::to_utf8(text);
}

/// "Speakers (High Definition Audio Device)"; empty if it has none.
std::string name_of(IMMDevice& object) {
  win32::ComPtr<IPropertyStore> store;
  if (FAILED(object.OpenPropertyStore(STGM_READ, store.put()))) return {};
  PROPVARIANT value{};
  std::string name;
  if (SUCCEEDED(store->GetValue(friendly_name, &value)) && value.vt == VT_LPWSTR)
    name = win32::to_utf8(value.pwszVal);
  ::PropVariantClear(&value);
  return name;
}

Endpoint describe(win32::ComPtr<IMMDevice> object, SoundKind kind, const std::string& default_one) {
  Endpoint endpoint;
  endpoint.device.id = id_of(*object);
  endpoint.device.name = name_of(*object);
  if (endpoint.device.name.empty()) endpoint.device.name = endpoint.device.id;
  endpoint.device.kind = kind;
  endpoint.device.is_default = endpoint.device.id == default_one;
  endpoint.object = std::move(object);
  return endpoint;
}

void append_endpoints(const Enumerator& enumerator, SoundKind kind, std::vector<Endpoint>& all) {
  constexpr const char* what = "cannot list the sound devices";
  win32::ComPtr<IMMDeviceCollection> found;
  check(enumerator->EnumAudioEndpoints(flow_of(kind), DEVICE_STATE_ACTIVE, found.put()), what);
  UINT count = 0;
  check(found->GetCount(&count), what);
  const std::string default_one = default_id(enumerator, kind);
  for (UINT i = 0; i < count; ++i) {
    win32::ComPtr<IMMDevice> object;
    check(found->Item(i, object.put()), what);
    all.push_back(describe(std::move(object), kind, default_one));
  }
}

}  // namespace

Enumerator make_enumerator() {
  Enumerator enumerator;
  check(::CoCreateInstance(__uuidof(MMDeviceEnumerator), nullptr, CLSCTX_INPROC_SERVER,
                           __uuidof(IMMDeviceEnumerator), enumerator.put_void()),
        "cannot reach Windows' sound system");
  return enumerator;
}

EDataFlow flow_of(SoundKind kind) noexcept {
  return kind == SoundKind::mic ? eCapture : eRender;
}

std::vector<Endpoint> active_endpoints(const Enumerator& enumerator) {
  std::vector<Endpoint> all;
  append_endpoints(enumerator, SoundKind::desktop, all);
  append_endpoints(enumerator, SoundKind::mic, all);
  return all;
}

std::optional<Endpoint> default_endpoint(const Enumerator& enumerator, SoundKind kind) {
  win32::ComPtr<IMMDevice> object;
  const HRESULT result = enumerator->GetDefaultAudioEndpoint(flow_of(kind), eConsole, object.put());
  if (result == nothing_found) return std::nullopt;
  check(result, "cannot find the default sound device");
  const std::string id = id_of(*object);
  return describe(std::move(object), kind, id);
}

std::string default_id(const Enumerator& enumerator, SoundKind kind) {
  win32::ComPtr<IMMDevice> object;
  if (FAILED(enumerator->GetDefaultAudioEndpoint(flow_of(kind), eConsole, object.put()))) return {};
  return id_of(*object);
}

win32::ComPtr<IAudioClient> activate(const Endpoint& endpoint, Before before) {
  win32::ComPtr<IAudioClient> client;
  const HRESULT result = endpoint.object->Activate(__uuidof(IAudioClient), CLSCTX_INPROC_SERVER,
                                                   nullptr, client.put_void());
  if (FAILED(result)) fail(result, "cannot use the sound device " + endpoint.device.name, before);
  return client;
}

MixFormat::MixFormat(IAudioClient& client, Before before) {
  check(client.GetMixFormat(&native_), "the sound device does not tell its format", before);
}

SampleFormat MixFormat::parsed() const {
  const std::span bytes(reinterpret_cast<const std::byte*>(native_),
                        sizeof(WAVEFORMATEX) + native_->cbSize);
  const auto format = parse_format(bytes);
  if (!format)
    throw DeviceError("cannot read the sound device's format (" + format_text(bytes) +
                      "); choose another one under its properties, Advanced");
  return *format;
}

}  // namespace rustcam::wasapi
