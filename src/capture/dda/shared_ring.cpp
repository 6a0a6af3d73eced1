#include "capture/dda/shared_ring.h"

#include <cstdint>

#include "base/error.h"
#include "capture/dda/hresult.h"

namespace rustcam::dda {

namespace {

/// The keys go 0, 1, 0: we write under 0 and hand over under 1, the reader hands back under 0.
constexpr UINT64 writers_key = 0;
constexpr UINT64 readers_key = 1;
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

SharedRing::SharedRing(const Device& device, Size size)
    : device_(&device),
      size_(size),
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

/// True if `slot` is ours to write; an abandoned one is made anew.
bool SharedRing::claim(std::shared_ptr<Shared>& slot) const {
  if (slot.use_count() > 1) return false;
  HRESULT result = slot->mutex->AcquireSync(writers_key, 0);
  // Handed over, but never looked at.
  if (result == static_cast<HRESULT>(WAIT_TIMEOUT))
    result = slot->mutex->AcquireSync(readers_key, 0);
  if (result == S_OK) return true;
  if (result == static_cast<HRESULT>(WAIT_TIMEOUT)) return false;  // a reader is still at it
  slot = make();  // its reader died, and left who knows what
  check(slot->mutex->AcquireSync(writers_key, 0), "cannot take a new texture");
  return true;
}

std::optional<GpuFrame> SharedRing::copy(ID3D11Texture2D& desktop) {
  for (auto& slot : slots_) {
    if (!claim(slot)) continue;
    device_->context().CopyResource(slot->texture.get(), &desktop);
    wait_for_gpu();
    check(slot->mutex->ReleaseSync(readers_key), "cannot hand a texture over");
    GpuFrame frame;
    frame.shared_handle = reinterpret_cast<std::uintptr_t>(slot->handle.get());
    frame.adapter_luid = adapter_luid_;
    frame.size = size_;
    frame.keyed_mutex = true;
    frame.texture = slot;
    return frame;
  }
  return std::nullopt;
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
