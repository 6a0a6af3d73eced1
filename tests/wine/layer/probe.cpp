// A program whose Direct3D calls are known: it asks its device for interfaces and copies so much in
// each way, for tests of what the layer answers and counts. Prints the answers as JSON.
#include <d3d11_1.h>
#include <d3d11_4.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "com.h"

namespace {

using layer::Com;

constexpr UINT width = 64;
constexpr UINT height = 32;

void check(HRESULT hr) {
  if (FAILED(hr)) throw std::runtime_error("a call failed with " + std::to_string(hr));
}

struct Device {
  Com<ID3D11Device> device;
  Com<ID3D11DeviceContext> context;

  Device() {
    check(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr,
                            D3D11_CREATE_DEVICE_VIDEO_SUPPORT, nullptr, 0, D3D11_SDK_VERSION,
                            device.put(), nullptr, context.put()));
  }

  Com<ID3D11Texture2D> texture(D3D11_USAGE usage, UINT cpu_access = 0,
                               const void* contents = nullptr) const {
    D3D11_TEXTURE2D_DESC desc{};
    desc.Width = width;
    desc.Height = height;
    desc.MipLevels = desc.ArraySize = 1;
    desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
    desc.SampleDesc.Count = 1;
    desc.Usage = usage;
    desc.BindFlags = usage == D3D11_USAGE_STAGING ? 0 : D3D11_BIND_SHADER_RESOURCE;
    desc.CPUAccessFlags = cpu_access;
    const D3D11_SUBRESOURCE_DATA data{contents, width * 4, 0};
    Com<ID3D11Texture2D> made;
    check(device->CreateTexture2D(&desc, contents ? &data : nullptr, made.put()));
    return made;
  }

  void map(ID3D11Resource* resource, D3D11_MAP type) const {
    D3D11_MAPPED_SUBRESOURCE mapped;
    check(context->Map(resource, 0, type, 0, &mapped));
    context->Unmap(resource, 0);
  }
};

void copy_in_each_way(const Device& d) {
  const std::vector<std::uint32_t> pixels(std::size_t{width} * height);
  const D3D11_BOX box{0, 0, 0, 10, 5, 1};
  auto on_gpu = d.texture(D3D11_USAGE_DEFAULT);
  auto other = d.texture(D3D11_USAGE_DEFAULT, 0, pixels.data());
  auto staging = d.texture(D3D11_USAGE_STAGING, D3D11_CPU_ACCESS_READ);
  d.context->CopyResource(other.get(), on_gpu.get());
  d.context->CopySubresourceRegion(other.get(), 0, 0, 0, 0, on_gpu.get(), 0, &box);
  d.context->CopyResource(staging.get(), on_gpu.get());
  d.context->CopySubresourceRegion(staging.get(), 0, 0, 0, 0, on_gpu.get(), 0, &box);
  d.context->CopySubresourceRegion(staging.get(), 0, 0, 0, 0, on_gpu.get(), 0, nullptr);
  d.map(staging.get(), D3D11_MAP_READ);
  d.context->UpdateSubresource(on_gpu.get(), 0, &box, pixels.data(), width * 4, 0);
  d.context->UpdateSubresource(on_gpu.get(), 0, nullptr, pixels.data(), width * 4, 0);
  if (auto newer = layer::query<ID3D11DeviceContext1>(d.context.get())) {
    newer->CopySubresourceRegion1(staging.get(), 0, 0, 0, 0, on_gpu.get(), 0, &box, 0);
    newer->UpdateSubresource1(on_gpu.get(), 0, &box, pixels.data(), width * 4, 0, 0);
  }

  D3D11_BUFFER_DESC desc{};
  desc.ByteWidth = 48;
  desc.Usage = D3D11_USAGE_DYNAMIC;
  desc.BindFlags = D3D11_BIND_CONSTANT_BUFFER;
  desc.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE;
  const D3D11_SUBRESOURCE_DATA data{pixels.data(), 0, 0};
  Com<ID3D11Buffer> constants;
  check(d.device->CreateBuffer(&desc, &data, constants.put()));
  d.map(constants.get(), D3D11_MAP_WRITE_DISCARD);
}

/// As a stand-in driver copies: none of it is the program's.
void copy_uncounted(const Device& d) {
  const auto count = reinterpret_cast<void (*)(int)>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"duplication_layer.dll"), "rustcam_layer_count")));
  if (!count) throw std::runtime_error("the layer has no rustcam_layer_count");
  count(0);
  copy_in_each_way(d);
  count(1);
}

nlohmann::ordered_json interfaces_of(const Device& d) {
  nlohmann::ordered_json told;
  auto video = layer::query<ID3D11VideoDevice>(d.device.get());
  auto video_context = layer::query<ID3D11VideoContext>(d.context.get());
  told["video_device"] = static_cast<bool>(video);
  told["video_context"] = static_cast<bool>(video_context);
  told["d3d10_multithread"] = static_cast<bool>(layer::query<ID3D10Multithread>(d.device.get()));
  told["d3d11_multithread"] = static_cast<bool>(layer::query<ID3D11Multithread>(d.context.get()));
  if (!video || !video_context) return told;
  // An object has one identity, whichever interface it is seen through.
  auto identity = layer::query<IUnknown>(d.device.get());
  told["same_object"] = layer::query<IUnknown>(video.get()).get() == identity.get() &&
                        layer::query<ID3D11VideoDevice>(video.get()).get() == video.get();
  told["profiles"] = video->GetVideoDecoderProfileCount();
  BOOL supported = FALSE;
  const GUID profile{};
  told["refusal"] = static_cast<std::uint32_t>(
      video->CheckVideoDecoderFormat(&profile, DXGI_FORMAT_NV12, &supported));
  return told;
}

}  // namespace

int main() {
  try {
    const Device device;
    const auto told = interfaces_of(device);
    copy_in_each_way(device);
    copy_uncounted(device);
    std::puts(told.dump().c_str());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
