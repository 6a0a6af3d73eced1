// Textures are read through a staging copy, on the device's own immediate context.
#include <windows.h>

#include "texture.h"
// After windows.h.
#include <d3d10.h>
#include <d3d11.h>

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "wine/layer/com.h"

namespace nvenc {
namespace {

template <typename Interface>
layer::Com<Interface> as(void* object) {
  layer::Com<Interface> found;
  if (object != nullptr)
    static_cast<IUnknown*>(object)->QueryInterface(__uuidof(Interface),
                                                   reinterpret_cast<void**>(found.put()));
  return found;
}

/// The driver's own copies are none of the program's: the duplication layer, if it is here, does
/// not count them.
class Uncounted {
 public:
  Uncounted() { count(0); }
  ~Uncounted() { count(1); }
  Uncounted(const Uncounted&) = delete;
  Uncounted& operator=(const Uncounted&) = delete;

 private:
  static void count(int on) {
    const HMODULE layer = GetModuleHandleA("duplication_layer.dll");
    if (layer == nullptr) return;
    const FARPROC found = GetProcAddress(layer, "rustcam_layer_count");
    if (found != nullptr) reinterpret_cast<void (*)(int)>(reinterpret_cast<void*>(found))(on);
  }
};

/// While it lives, no other thread is in the device, if the client has asked for that protection.
class Alone {
 public:
  explicit Alone(ID3D11Device* device) : lock_(as<ID3D10Multithread>(device)) {
    if (lock_) lock_->Enter();
  }
  ~Alone() {
    if (lock_) lock_->Leave();
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  layer::Com<ID3D10Multithread> lock_;
};

class D3D11Texture : public Texture {
 public:
  D3D11Texture(layer::Com<ID3D11Device> device, layer::Com<ID3D11Texture2D> texture, UINT slice,
               const NV_ENC_REGISTER_RESOURCE& asked)
      : device_(std::move(device)),
        texture_(std::move(texture)),
        slice_(slice),
        format_(asked.bufferFormat),
        width_(asked.width),
        height_(asked.height) {
    device_->GetImmediateContext(context_.put());
  }

  Picture read() override {
    const Uncounted uncounted;
    const Alone alone(device_.get());
    make_staging();
    context_->CopySubresourceRegion(staging_.get(), 0, 0, 0, 0, texture_.get(), slice_, nullptr);
    D3D11_MAPPED_SUBRESOURCE mapped{};
    if (FAILED(context_->Map(staging_.get(), 0, D3D11_MAP_READ, 0, &mapped)))
      throw std::runtime_error("the texture's copy cannot be read");
    Picture made = make_picture(format_, width_, height_,
                                static_cast<const std::uint8_t*>(mapped.pData), mapped.RowPitch);
    context_->Unmap(staging_.get(), 0);
    return made;
  }

  bool is_shared() const override {
    texture_.get()->AddRef();
    return texture_.get()->Release() > 1;
  }

 private:
  void make_staging() {
    if (staging_) return;
    D3D11_TEXTURE2D_DESC description{};
    texture_->GetDesc(&description);
    description.ArraySize = 1;
    description.MipLevels = 1;
    description.Usage = D3D11_USAGE_STAGING;
    description.BindFlags = 0;
    description.MiscFlags = 0;
    description.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
    if (FAILED(device_->CreateTexture2D(&description, nullptr, staging_.put())))
      throw std::runtime_error("there is no staging texture");
  }

  layer::Com<ID3D11Device> device_;
  layer::Com<ID3D11Texture2D> texture_;
  layer::Com<ID3D11DeviceContext> context_;
  layer::Com<ID3D11Texture2D> staging_;
  UINT slice_;
  NV_ENC_BUFFER_FORMAT format_;
  std::uint32_t width_;
  std::uint32_t height_;
};

/// What is wrong with a texture for NVENC; empty if nothing.
std::string fault_of(const D3D11_TEXTURE2D_DESC& texture, const NV_ENC_REGISTER_RESOURCE& asked) {
  if (asked.bufferFormat != NV_ENC_BUFFER_FORMAT_ARGB ||
      texture.Format != DXGI_FORMAT_B8G8R8A8_UNORM)
    return "the stand-in takes BGRA textures only, as NV_ENC_BUFFER_FORMAT_ARGB";
  if (texture.Width != asked.width || texture.Height != asked.height)
    return "another size than the texture's";
  if (asked.subResourceIndex >= texture.ArraySize) return "the texture has no such slice";
  if (texture.MipLevels != 1 || texture.SampleDesc.Count != 1)
    return "a texture with mip levels or several samples";
  if (texture.Usage != D3D11_USAGE_DEFAULT) return "the texture is not on the GPU";
  return {};
}

}  // namespace

bool is_directx_device(void* device) {
  return static_cast<bool>(as<ID3D11Device>(device));
}

std::unique_ptr<Texture> open_texture(void* device, const NV_ENC_REGISTER_RESOURCE& asked,
                                      std::string& wrong) {
  layer::Com<ID3D11Texture2D> texture = as<ID3D11Texture2D>(asked.resourceToRegister);
  if (!texture) {
    wrong = "no texture";
    return nullptr;
  }
  layer::Com<ID3D11Device> owner;
  texture->GetDevice(owner.put());
  layer::Com<ID3D11Device> session_device = as<ID3D11Device>(device);
  if (owner.get() != session_device.get()) {
    wrong = "a texture of another device";
    return nullptr;
  }
  D3D11_TEXTURE2D_DESC description{};
  texture->GetDesc(&description);
  wrong = fault_of(description, asked);
  if (!wrong.empty()) return nullptr;
  return std::make_unique<D3D11Texture>(std::move(owner), std::move(texture),
                                        asked.subResourceIndex, asked);
}

}  // namespace nvenc
