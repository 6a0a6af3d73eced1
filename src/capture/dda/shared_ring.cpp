#include "capture/dda/shared_ring.h"

#include <cstdint>

#include "base/error.h"
#include "capture/dda/hresult.h"

namespace rustcam::dda {

namespace {

constexpr DWORD longest_gpu_wait_ms = 1000;

std::uint64_t luid_of(const Device& device) {
  const auto dxgi = device.owned().as<IDXGIDevice>();
  win32::ComPtr<IDXGIAdapter> adapter;
  DXGI_ADAPTER_DESC desc{};
  if (!dxgi || FAILED(dxgi->GetAdapter(adapter.put())) || FAILED(adapter->GetDesc(&desc))) return 0;
  return (std::uint64_t{static_cast<std::uint32_t>(desc.AdapterLuid.HighPart)} << 32) |
         desc.AdapterLuid.LowPart;
}

}  // namespace

SharedRing::SharedRing(const Device& device, Size size, GpuOrder order)
    : device_(&device),
      size_(size),
      order_(order),
      turns_(textures, order),
      adapter_luid_(luid_of(device)),
      done_(::CreateEventW(nullptr, FALSE, FALSE, nullptr)) {
  for (auto& slot : slots_) slot = make();
}

std::shared_ptr<SharedRing::Shared> SharedRing::make() const {
  D3D11_TEXTURE2D_DESC desc{};
  desc.Width = static_cast<UINT>(size_.width);
  desc.Height = static_cast<UINT>(size_.height);
  desc.MipLevels = 1;
  desc.ArraySize = 1;
  desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
  desc.SampleDesc.Count = 1;
  desc.BindFlags = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET;
  desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED_NTHANDLE | D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX;
  auto shared = std::make_shared<Shared>();
  check(device_->device().CreateTexture2D(&desc, nullptr, shared->texture.put()),
        "cannot make a texture to share");
  const auto resource = shared->texture.as<IDXGIResource1>();
  shared->mutex = shared->texture.as<IDXGIKeyedMutex>();
  if (!resource || !shared->mutex) fail(E_NOINTERFACE, "this system shares no textures");
  HANDLE handle = nullptr;
  check(resource->CreateSharedHandle(nullptr, DXGI_SHARED_RESOURCE_READ, nullptr, &handle),
        "cannot share a texture");
  shared->handle = win32::Handle(handle);
  return shared;
}

/// Ours to write; null if it is no texture's turn.
std::shared_ptr<SharedRing::Shared>* SharedRing::claim() {
  const auto claimed = turns_.claim([this](std::size_t i) { return slots_[i].use_count() > 1; },
                                    [this](std::size_t i, std::uint64_t key) {
                                      const HRESULT result = slots_[i]->mutex->AcquireSync(key, 0);
                                      if (result == S_OK) return KeyAnswer::acquired;
                                      return result == static_cast<HRESULT>(WAIT_TIMEOUT)
                                                 ? KeyAnswer::not_now
                                                 : KeyAnswer::abandoned;
                                    });
  if (!claimed) return nullptr;
  auto& slot = slots_[claimed->texture];
  if (claimed->make_anew) {
    slot = make();
    check(slot->mutex->AcquireSync(writers_key, 0), "cannot take a new texture");
  }
  return &slot;
}

std::optional<GpuFrame> SharedRing::copy(ID3D11Texture2D& desktop) {
  auto* const slot = claim();
  if (slot == nullptr) return std::nullopt;
  device_->context().CopyResource((*slot)->texture.get(), &desktop);
  wait_for_gpu();
  check((*slot)->mutex->ReleaseSync(readers_key), "cannot hand a texture over");
  turns_.handed_over(static_cast<std::size_t>(slot - slots_.data()));
  GpuFrame frame;
  frame.shared_handle = reinterpret_cast<std::uintptr_t>((*slot)->handle.get());
  frame.adapter_luid = adapter_luid_;
  frame.size = size_;
  frame.keyed_mutex = true;
  frame.texture = *slot;
  return frame;
}

/// So that readers who take the mutex lightly see a whole picture too.
void SharedRing::wait_for_gpu() {
  const auto dxgi = device_->owned().as<IDXGIDevice2>();
  if (!dxgi || FAILED(dxgi->EnqueueSetEvent(done_.get()))) {
    device_->context().Flush();
    return;
  }
  if (::WaitForSingleObject(done_.get(), longest_gpu_wait_ms) != WAIT_OBJECT_0)
    fail(DXGI_ERROR_DEVICE_HUNG, "cannot share the desktop");
}

}  // namespace rustcam::dda
