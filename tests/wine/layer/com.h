// The few lines of COM that the layer needs.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <atomic>
#include <utility>

namespace layer {

/// Owns one reference.
template <typename T>
class Com {
 public:
  Com() = default;
  explicit Com(T* owned) noexcept : p_(owned) {}
  Com(Com&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  Com& operator=(Com&& o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  Com(const Com&) = delete;
  Com& operator=(const Com&) = delete;
  ~Com() {
    if (p_) p_->Release();
  }
  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  T** put() noexcept {
    if (p_) std::exchange(p_, nullptr)->Release();
    return &p_;
  }
  T* detach() noexcept { return std::exchange(p_, nullptr); }

 private:
  T* p_ = nullptr;
};

template <typename T, typename From>
Com<T> query(From* from) {
  Com<T> to;
  if (from) from->QueryInterface(__uuidof(T), reinterpret_cast<void**>(to.put()));
  return to;
}

/// IDXGIObject's members for objects that have no use for them.
template <typename Interface>
class DxgiObject : public Interface {
 public:
  virtual ~DxgiObject() = default;
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE SetPrivateData(REFGUID, UINT, const void*) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE SetPrivateDataInterface(REFGUID, const IUnknown*) override {
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetPrivateData(REFGUID, UINT*, void*) override {
    return static_cast<HRESULT>(0x887A0002);
  }

 private:
  std::atomic<ULONG> references_{1};
};

}  // namespace layer
