#include "video_interfaces.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "com.h"
#include "state.h"
#include "vtable.h"

namespace layer {
namespace {

/// An object whose methods all refuse, for they may be called alike: on x86-64 the caller cleans
/// up.
struct Refuser {
  void** table;  ///< where COM looks for it
  std::atomic<ULONG> references;
  IUnknown* owner;  ///< what it was asked of, with a reference
  const IID* id;
};

HRESULT STDMETHODCALLTYPE query_refuser(Refuser* self, REFIID id, void** out) {
  if (!out) return E_POINTER;
  if (id != *self->id) return self->owner->QueryInterface(id, out);
  ++self->references;
  *out = self;
  return S_OK;
}

ULONG STDMETHODCALLTYPE add_reference(Refuser* self) {
  return ++self->references;
}

ULONG STDMETHODCALLTYPE release(Refuser* self) {
  const ULONG left = --self->references;
  if (left == 0) {
    self->owner->Release();
    delete self;
  }
  return left;
}

HRESULT STDMETHODCALLTYPE refuse(Refuser*) {
  state().report.count("video_refused");
  return E_NOTIMPL;
}

UINT STDMETHODCALLTYPE none(Refuser*) {
  return 0;
}

template <std::size_t methods>
std::array<void*, methods> refusing_table() {
  std::array<void*, methods> table;
  table.fill(reinterpret_cast<void*>(&refuse));
  table[0] = reinterpret_cast<void*>(&query_refuser);
  table[1] = reinterpret_cast<void*>(&add_reference);
  table[2] = reinterpret_cast<void*>(&release);
  return table;
}

// More places than either interface has methods.
constexpr std::size_t places = 128;

void** device_table() {
  static auto table = [] {
    auto t = refusing_table<places>();
    t[slot_of(&ID3D11VideoDevice::GetVideoDecoderProfileCount)] = reinterpret_cast<void*>(&none);
    return t;
  }();
  return table.data();
}

void** context_table() {
  static auto table = refusing_table<places>();
  return table.data();
}

struct Originals {
  HRESULT(STDMETHODCALLTYPE* query_device)(ID3D11Device*, REFIID, void**);
  HRESULT(STDMETHODCALLTYPE* query_context)(ID3D11DeviceContext*, REFIID, void**);
};

Originals& originals() {
  static Originals all{};
  return all;
}

void make(IUnknown* owner, void** table, const IID& id, void** out) {
  owner->AddRef();
  *out = new Refuser{table, 1, owner, &id};
}

HRESULT refuse_interface(void** out) {
  if (!out) return E_POINTER;
  *out = nullptr;
  return E_NOINTERFACE;
}

HRESULT STDMETHODCALLTYPE query_device(ID3D11Device* self, REFIID id, void** out) {
  if (id == __uuidof(ID3D11VideoDevice) && state().config.no_video) return refuse_interface(out);
  const HRESULT hr = originals().query_device(self, id, out);
  if (hr != E_NOINTERFACE || id != __uuidof(ID3D11VideoDevice)) return hr;
  state().report.count("video_device");
  make(self, device_table(), __uuidof(ID3D11VideoDevice), out);
  return S_OK;
}

HRESULT STDMETHODCALLTYPE query_context(ID3D11DeviceContext* self, REFIID id, void** out) {
  if (id == __uuidof(ID3D11VideoContext) && state().config.no_video) return refuse_interface(out);
  const HRESULT hr = originals().query_context(self, id, out);
  if (hr != E_NOINTERFACE || id != __uuidof(ID3D11VideoContext)) return hr;
  state().report.count("video_context");
  make(self, context_table(), __uuidof(ID3D11VideoContext), out);
  return S_OK;
}

}  // namespace

void answer_for_video(ID3D11Device* device, ID3D11DeviceContext* context) {
  // mingw-w64 has a template of this name beside the method.
  using Query = HRESULT (STDMETHODCALLTYPE IUnknown::*)(REFIID, void**);
  const auto query_interface = static_cast<Query>(&IUnknown::QueryInterface);
  Originals& o = originals();
  replace_method(device, query_interface, &query_device, o.query_device);
  replace_method(context, query_interface, &query_context, o.query_context);
}

}  // namespace layer
