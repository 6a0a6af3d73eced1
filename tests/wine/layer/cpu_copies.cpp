#include "cpu_copies.h"

#include <d3d11_1.h>

#include <algorithm>
#include <cstdint>

#include "com.h"
#include "state.h"
#include "vtable.h"

namespace layer {
namespace {

thread_local int off = 0;

struct Originals {
  HRESULT(STDMETHODCALLTYPE* create_texture)
  (ID3D11Device*, const D3D11_TEXTURE2D_DESC*, const D3D11_SUBRESOURCE_DATA*, ID3D11Texture2D**);
  HRESULT(STDMETHODCALLTYPE* create_buffer)
  (ID3D11Device*, const D3D11_BUFFER_DESC*, const D3D11_SUBRESOURCE_DATA*, ID3D11Buffer**);
  HRESULT(STDMETHODCALLTYPE* map)
  (ID3D11DeviceContext*, ID3D11Resource*, UINT, D3D11_MAP, UINT, D3D11_MAPPED_SUBRESOURCE*);
  void(STDMETHODCALLTYPE* copy_region)(ID3D11DeviceContext*, ID3D11Resource*, UINT, UINT, UINT,
                                       UINT, ID3D11Resource*, UINT, const D3D11_BOX*);
  void(STDMETHODCALLTYPE* copy_region1)(ID3D11DeviceContext1*, ID3D11Resource*, UINT, UINT, UINT,
                                        UINT, ID3D11Resource*, UINT, const D3D11_BOX*, UINT);
  void(STDMETHODCALLTYPE* copy)(ID3D11DeviceContext*, ID3D11Resource*, ID3D11Resource*);
  void(STDMETHODCALLTYPE* update)(ID3D11DeviceContext*, ID3D11Resource*, UINT, const D3D11_BOX*,
                                  const void*, UINT, UINT);
  void(STDMETHODCALLTYPE* update1)(ID3D11DeviceContext1*, ID3D11Resource*, UINT, const D3D11_BOX*,
                                   const void*, UINT, UINT, UINT);
};

Originals& originals() {
  static Originals all{};
  return all;
}

/// Of the formats that a screen, its picture and their planes have.
std::int64_t bits_a_pixel(DXGI_FORMAT format) {
  switch (format) {
    case DXGI_FORMAT_R8_TYPELESS:
    case DXGI_FORMAT_R8_UNORM:
    case DXGI_FORMAT_A8_UNORM:
      return 8;
    case DXGI_FORMAT_NV12:
      return 12;
    case DXGI_FORMAT_R8G8_TYPELESS:
    case DXGI_FORMAT_R8G8_UNORM:
    case DXGI_FORMAT_R16_UNORM:
    case DXGI_FORMAT_R16_FLOAT:
      return 16;
    case DXGI_FORMAT_P010:
      return 24;
    case DXGI_FORMAT_R16G16B16A16_TYPELESS:
    case DXGI_FORMAT_R16G16B16A16_UNORM:
    case DXGI_FORMAT_R16G16B16A16_FLOAT:
      return 64;
    case DXGI_FORMAT_R32G32B32A32_FLOAT:
      return 128;
    default:
      return 32;
  }
}

std::int64_t texture_bytes(DXGI_FORMAT format, std::int64_t width, std::int64_t height) {
  return width * height * bits_a_pixel(format) / 8;
}

/// What of a resource a call is about.
struct Subject {
  bool buffer = false;
  bool staging = false;
  std::int64_t whole_bytes = 0;        ///< all subresources
  std::int64_t subresource_bytes = 0;  ///< the one that is asked for
  DXGI_FORMAT format = DXGI_FORMAT_UNKNOWN;

  std::int64_t bytes(const D3D11_BOX* box) const {
    if (!box) return subresource_bytes;
    const std::int64_t width = std::int64_t{box->right} - box->left;
    return buffer
               ? width
               : texture_bytes(format, width, std::int64_t{box->bottom} - std::int64_t{box->top});
  }
};

Subject subject(ID3D11Resource* resource, UINT subresource) {
  Subject it;
  if (auto buffer = query<ID3D11Buffer>(resource)) {
    D3D11_BUFFER_DESC desc;
    buffer->GetDesc(&desc);
    it.buffer = true;
    it.staging = desc.Usage == D3D11_USAGE_STAGING;
    it.whole_bytes = it.subresource_bytes = desc.ByteWidth;
  } else if (auto texture = query<ID3D11Texture2D>(resource)) {
    D3D11_TEXTURE2D_DESC desc;
    texture->GetDesc(&desc);
    it.staging = desc.Usage == D3D11_USAGE_STAGING;
    it.format = desc.Format;
    for (UINT level = 0; level < desc.MipLevels; ++level) {
      const std::int64_t bytes = texture_bytes(desc.Format, std::max(1U, desc.Width >> level),
                                               std::max(1U, desc.Height >> level));
      it.whole_bytes += bytes * desc.ArraySize;
      if (level == subresource % desc.MipLevels) it.subresource_bytes = bytes;
    }
  }
  return it;
}

void count(const Subject& what, const char* kind, std::int64_t bytes) {
  state().report.cpu_copied(what.buffer ? "buffers" : kind, bytes);
}

void count_into_staging(ID3D11Resource* to, ID3D11Resource* from, UINT source,
                        const D3D11_BOX* box) {
  if (off == 0 && subject(to, 0).staging)
    state().report.cpu_copied("to_staging", subject(from, source).bytes(box));
}

void count_update(ID3D11Resource* to, UINT subresource, const D3D11_BOX* box) {
  if (off > 0) return;
  const Subject what = subject(to, subresource);
  count(what, "update_subresource", what.bytes(box));
}

HRESULT STDMETHODCALLTYPE create_texture(ID3D11Device* self, const D3D11_TEXTURE2D_DESC* desc,
                                         const D3D11_SUBRESOURCE_DATA* data,
                                         ID3D11Texture2D** out) {
  const HRESULT hr = originals().create_texture(self, desc, data, out);
  if (SUCCEEDED(hr) && data && out && off == 0)
    state().report.cpu_copied("initial_data", subject(*out, 0).whole_bytes);
  return hr;
}

HRESULT STDMETHODCALLTYPE create_buffer(ID3D11Device* self, const D3D11_BUFFER_DESC* desc,
                                        const D3D11_SUBRESOURCE_DATA* data, ID3D11Buffer** out) {
  const HRESULT hr = originals().create_buffer(self, desc, data, out);
  if (SUCCEEDED(hr) && data && off == 0) state().report.cpu_copied("buffers", desc->ByteWidth);
  return hr;
}

HRESULT STDMETHODCALLTYPE map(ID3D11DeviceContext* self, ID3D11Resource* resource, UINT subresource,
                              D3D11_MAP type, UINT flags, D3D11_MAPPED_SUBRESOURCE* out) {
  const HRESULT hr = originals().map(self, resource, subresource, type, flags, out);
  if (SUCCEEDED(hr) && off == 0) {
    const Subject what = subject(resource, subresource);
    count(what, "map", what.subresource_bytes);
  }
  return hr;
}

void STDMETHODCALLTYPE copy_region(ID3D11DeviceContext* self, ID3D11Resource* to, UINT to_sub,
                                   UINT x, UINT y, UINT z, ID3D11Resource* from, UINT from_sub,
                                   const D3D11_BOX* box) {
  count_into_staging(to, from, from_sub, box);
  originals().copy_region(self, to, to_sub, x, y, z, from, from_sub, box);
}

void STDMETHODCALLTYPE copy_region1(ID3D11DeviceContext1* self, ID3D11Resource* to, UINT to_sub,
                                    UINT x, UINT y, UINT z, ID3D11Resource* from, UINT from_sub,
                                    const D3D11_BOX* box, UINT flags) {
  count_into_staging(to, from, from_sub, box);
  originals().copy_region1(self, to, to_sub, x, y, z, from, from_sub, box, flags);
}

void STDMETHODCALLTYPE copy(ID3D11DeviceContext* self, ID3D11Resource* to, ID3D11Resource* from) {
  if (const Subject target = subject(to, 0); off == 0 && target.staging)
    state().report.cpu_copied("to_staging", target.whole_bytes);
  originals().copy(self, to, from);
}

void STDMETHODCALLTYPE update(ID3D11DeviceContext* self, ID3D11Resource* to, UINT subresource,
                              const D3D11_BOX* box, const void* data, UINT row, UINT depth) {
  count_update(to, subresource, box);
  originals().update(self, to, subresource, box, data, row, depth);
}

void STDMETHODCALLTYPE update1(ID3D11DeviceContext1* self, ID3D11Resource* to, UINT subresource,
                               const D3D11_BOX* box, const void* data, UINT row, UINT depth,
                               UINT flags) {
  count_update(to, subresource, box);
  originals().update1(self, to, subresource, box, data, row, depth, flags);
}

}  // namespace

Uncounted::Uncounted() {
  ++off;
}

Uncounted::~Uncounted() {
  --off;
}

void count_cpu_copies(ID3D11Device* device, ID3D11DeviceContext* context) {
  Originals& o = originals();
  replace_method(device, &ID3D11Device::CreateTexture2D, &create_texture, o.create_texture);
  replace_method(device, &ID3D11Device::CreateBuffer, &create_buffer, o.create_buffer);
  replace_method(context, &ID3D11DeviceContext::Map, &map, o.map);
  replace_method(context, &ID3D11DeviceContext::CopySubresourceRegion, &copy_region, o.copy_region);
  replace_method(context, &ID3D11DeviceContext::CopyResource, &copy, o.copy);
  replace_method(context, &ID3D11DeviceContext::UpdateSubresource, &update, o.update);
  if (auto newer = query<ID3D11DeviceContext1>(context)) {
    replace_method(newer.get(), &ID3D11DeviceContext1::CopySubresourceRegion1, &copy_region1,
                   o.copy_region1);
    replace_method(newer.get(), &ID3D11DeviceContext1::UpdateSubresource1, &update1, o.update1);
  }
}

}  // namespace layer

/// For a stand-in driver, whose copies are not the program's: 0 before them, 1 after them, on the
/// thread that makes them.
extern "C" __declspec(dllexport) void rustcam_layer_count(int on) {
  layer::off = on ? std::max(0, layer::off - 1) : layer::off + 1;
}
