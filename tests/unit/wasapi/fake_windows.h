// A device of Windows' sound system that does what a test says: its packets, its failures and its
// default device.
#pragma once

// audioclient.h and mmdeviceapi.h need windows.h before them.
// clang-format off
#include <windows.h>
#include <mmdeviceapi.h>
#include <audioclient.h>
// clang-format on

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace rustcam::testing {

/// An object that lives as long as its test, and tells how many references are held.
template <typename Interface>
class Fake : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void** object) override {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references; }
  ULONG STDMETHODCALLTYPE Release() override { return --references; }

  ULONG references = 0;

 protected:
  ~Fake() = default;
  HRESULT hand_out(void** object) {
    AddRef();
    *object = static_cast<Interface*>(this);
    return S_OK;
  }
};

inline wchar_t* task_text(const std::wstring& text) {
  const std::size_t bytes = (text.size() + 1) * sizeof(wchar_t);
  auto* const copy = static_cast<wchar_t*>(::CoTaskMemAlloc(bytes));
  std::memcpy(copy, text.c_str(), bytes);
  return copy;
}

struct FakePacket {
  std::vector<float> values;  ///< of one channel
  DWORD flags = 0;
  UINT64 qpc_100ns = 0;
};

class FakeCapture final : public Fake<IAudioCaptureClient> {
 public:
  HRESULT STDMETHODCALLTYPE GetBuffer(BYTE** bytes, UINT32* frames, DWORD* flags, UINT64* position,
                                      UINT64* qpc) override {
    if (FAILED(failure)) return failure;
    *frames = 0;
    if (packets.empty()) return AUDCLNT_S_BUFFER_EMPTY;
    FakePacket& packet = packets.front();
    held = true;
    *bytes = reinterpret_cast<BYTE*>(packet.values.data());
    *frames = static_cast<UINT32>(packet.values.size());
    *flags = packet.flags;
    *position = 0;
    *qpc = packet.qpc_100ns;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE ReleaseBuffer(UINT32) override {
    if (!held) return AUDCLNT_E_OUT_OF_ORDER;
    held = false;
    // What the system does with its memory then is its own affair.
    std::ranges::fill(packets.front().values, -1.0F);
    spent.push_back(std::move(packets.front()));
    packets.pop_front();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetNextPacketSize(UINT32* frames) override {
    *frames = packets.empty() ? 0 : static_cast<UINT32>(packets.front().values.size());
    return failure;
  }

  std::deque<FakePacket> packets;
  std::vector<FakePacket> spent;
  HRESULT failure = S_OK;
  bool held = false;
};

class FakeClient final : public Fake<IAudioClient> {
 public:
  HRESULT STDMETHODCALLTYPE Initialize(AUDCLNT_SHAREMODE mode, DWORD flags, REFERENCE_TIME,
                                       REFERENCE_TIME, const WAVEFORMATEX*, LPCGUID) override {
    shared = mode == AUDCLNT_SHAREMODE_SHARED;
    opened_with = flags;
    return refusal;
  }
  HRESULT STDMETHODCALLTYPE GetBufferSize(UINT32*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetStreamLatency(REFERENCE_TIME*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetCurrentPadding(UINT32* frames) override {
    return capture.GetNextPacketSize(frames);
  }
  HRESULT STDMETHODCALLTYPE IsFormatSupported(AUDCLNT_SHAREMODE, const WAVEFORMATEX*,
                                              WAVEFORMATEX**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetMixFormat(WAVEFORMATEX** format) override {
    *format = static_cast<WAVEFORMATEX*>(::CoTaskMemAlloc(sizeof(WAVEFORMATEX)));
    **format = {WAVE_FORMAT_IEEE_FLOAT, 1, 48000, 48000 * 4, 4, bits, 0};
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDevicePeriod(REFERENCE_TIME*, REFERENCE_TIME*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Start() override {
    running = true;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Stop() override {
    running = false;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Reset() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE SetEventHandle(HANDLE) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetService(REFIID, void** object) override {
    capture.AddRef();
    *object = static_cast<IAudioCaptureClient*>(&capture);
    return S_OK;
  }

  FakeCapture capture;
  HRESULT refusal = S_OK;
  WORD bits = 32;
  DWORD opened_with = 0;
  bool shared = false;
  bool running = false;
};

class FakeDevice final : public Fake<IMMDevice> {
 public:
  HRESULT STDMETHODCALLTYPE Activate(REFIID, DWORD, PROPVARIANT*, void** object) override {
    client.AddRef();
    *object = static_cast<IAudioClient*>(&client);
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE OpenPropertyStore(DWORD, IPropertyStore**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetId(LPWSTR* text) override {
    *text = task_text(id);
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetState(DWORD*) override { return E_NOTIMPL; }

  FakeClient client;
  std::wstring id = L"{0}";
};

class FakeEnumerator final : public Fake<IMMDeviceEnumerator> {
 public:
  HRESULT STDMETHODCALLTYPE EnumAudioEndpoints(EDataFlow, DWORD, IMMDeviceCollection**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetDefaultAudioEndpoint(EDataFlow, ERole, IMMDevice** found) override {
    current.AddRef();
    *found = &current;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDevice(LPCWSTR, IMMDevice**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE
  RegisterEndpointNotificationCallback(IMMNotificationClient* wanted) override {
    listener = wanted;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE
  UnregisterEndpointNotificationCallback(IMMNotificationClient* left) override {
    if (listener == left) listener = nullptr;
    return S_OK;
  }

  FakeDevice current;
  IMMNotificationClient* listener = nullptr;
};

}  // namespace rustcam::testing
