// Owns one reference to a COM object. For the Windows back ends only.
#pragma once

#include <unknwn.h>

#include <utility>

namespace rustcam::win32 {

template <typename T>
class ComPtr {
 public:
  ComPtr() = default;
  ComPtr(const ComPtr& other) noexcept : object_(other.object_) {
    if (object_ != nullptr) object_->AddRef();
  }
  ComPtr(ComPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPtr& operator=(ComPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ComPtr() { reset(); }

  void reset() noexcept {
    if (T* const object = std::exchange(object_, nullptr)) object->Release();
  }
  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

  /// For functions that hand out a reference.
  T** put() noexcept {
    reset();
    return &object_;
  }
  void** put_void() noexcept { return reinterpret_cast<void**>(put()); }

  /// Another interface of the same object; null if it has none such.
  template <typename U>
  ComPtr<U> as() const noexcept {
    ComPtr<U> other;
    if (object_ != nullptr && FAILED(object_->QueryInterface(__uuidof(U), other.put_void())))
      other.reset();
    return other;
  }

 private:
  T* object_ = nullptr;
};

}  // namespace rustcam::win32
