#include "audio/wasapi/default_watch.h"

#include <atomic>
#include <utility>

#include "platform/support_win32.h"

namespace rustcam::wasapi {

/// Counts its references, for Windows may hold one for longer than we listen.
class DefaultWatch::Listener final : public IMMNotificationClient {
 public:
  Listener(EDataFlow flow, std::wstring id) : flow_(flow), id_(std::move(id)) {}

  bool moved() const noexcept { return moved_; }
  void set_moved() noexcept { moved_ = true; }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void** object) override {
    if (wanted != __uuidof(IUnknown) && wanted != __uuidof(IMMNotificationClient)) {
      *object = nullptr;
      return E_NOINTERFACE;
    }
    AddRef();
    *object = static_cast<IMMNotificationClient*>(this);
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

  HRESULT STDMETHODCALLTYPE OnDefaultDeviceChanged(EDataFlow flow, ERole role,
                                                   LPCWSTR id) override {
    if (flow == flow_ && role == eConsole && (id == nullptr || id_ != id)) set_moved();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE OnDeviceStateChanged(LPCWSTR, DWORD) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE OnDeviceAdded(LPCWSTR) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE OnDeviceRemoved(LPCWSTR) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE OnPropertyValueChanged(LPCWSTR, const PROPERTYKEY) override {
    return S_OK;
  }

 private:
  ~Listener() = default;

  const EDataFlow flow_;
  const std::wstring id_;
  std::atomic<bool> moved_{false};
  std::atomic<ULONG> references_{0};
};

DefaultWatch::DefaultWatch(Enumerator enumerator, SoundKind kind, const std::string& id)
    : enumerator_(std::move(enumerator)) {
  auto* const listener = new Listener(flow_of(kind), win32::to_wide(id));
  listener->AddRef();
  *listener_.put() = listener;
  check(enumerator_->RegisterEndpointNotificationCallback(listener),
        "cannot follow the default sound device");
  // It may have changed before we listened.
  if (default_id(enumerator_, kind) != id) listener->set_moved();
}

DefaultWatch::~DefaultWatch() {
  enumerator_->UnregisterEndpointNotificationCallback(listener_.get());
}

bool DefaultWatch::moved() const noexcept {
  return listener_->moved();
}

}  // namespace rustcam::wasapi
