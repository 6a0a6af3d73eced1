// Direct3D 11 textures through NVENC, rightly and wrongly.
//   nvenc_client textures FILE   four pictures of one colour each, as H.264
//   nvenc_client wrong           what is reported of textures, done once each
#include <windows.h>
// After windows.h.
#include <d3d11.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "client.h"
#include "wine/layer/com.h"

namespace nvenc_client {
namespace {

using layer::Com;
using Texture = Com<ID3D11Texture2D>;

Com<ID3D11Device> make_device() {
  Com<ID3D11Device> made;
  if (FAILED(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, 0, nullptr, 0,
                               D3D11_SDK_VERSION, made.put(), nullptr, nullptr)))
    throw std::runtime_error("there is no Direct3D 11 device");
  return made;
}

/// Of one colour, 0xRRGGBB.
Texture make_texture(ID3D11Device* device, std::uint32_t color, UINT across = width,
                     DXGI_FORMAT format = DXGI_FORMAT_B8G8R8A8_UNORM) {
  D3D11_TEXTURE2D_DESC description{};
  description.Width = across;
  description.Height = height;
  description.MipLevels = description.ArraySize = description.SampleDesc.Count = 1;
  description.Format = format;
  description.BindFlags = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET;
  const std::vector<std::uint32_t> pixels(std::size_t{across} * height, 0xFF000000U | color);
  const D3D11_SUBRESOURCE_DATA data{pixels.data(), across * 4, 0};
  Texture made;
  if (FAILED(device->CreateTexture2D(&description, &data, made.put())))
    throw std::runtime_error("there is no texture");
  return made;
}

NV_ENC_REGISTER_RESOURCE registration(ID3D11Texture2D* texture) {
  NV_ENC_REGISTER_RESOURCE made{};
  made.version = NV_ENC_REGISTER_RESOURCE_VER;
  made.resourceType = NV_ENC_INPUT_RESOURCE_TYPE_DIRECTX;
  made.width = width;
  made.height = height;
  made.resourceToRegister = texture;
  made.bufferFormat = NV_ENC_BUFFER_FORMAT_ARGB;
  return made;
}

NV_ENC_REGISTERED_PTR registered(Client& client, ID3D11Texture2D* texture) {
  NV_ENC_REGISTER_RESOURCE asked = registration(texture);
  must(client.api.nvEncRegisterResource(client.encoder, &asked), "NvEncRegisterResource");
  return asked.registeredResource;
}

NV_ENC_MAP_INPUT_RESOURCE mapping(NV_ENC_REGISTERED_PTR resource) {
  NV_ENC_MAP_INPUT_RESOURCE made{};
  made.version = NV_ENC_MAP_INPUT_RESOURCE_VER;
  made.registeredResource = resource;
  return made;
}

NVENCSTATUS encode(Client& client, NV_ENC_INPUT_PTR mapped, NV_ENC_OUTPUT_PTR output) {
  NV_ENC_PIC_PARAMS picture = client.picture(mapped, output);
  picture.bufferFmt = NV_ENC_BUFFER_FORMAT_ARGB;
  picture.inputWidth = picture.inputHeight = 0;  // as FFmpeg leaves them
  return client.api.nvEncEncodePicture(client.encoder, &picture);
}

void end(Client& client, NV_ENC_OUTPUT_PTR output) {
  must(client.api.nvEncDestroyBitstreamBuffer(client.encoder, output),
       "NvEncDestroyBitstreamBuffer");
  must(client.api.nvEncDestroyEncoder(client.encoder), "NvEncDestroyEncoder");
}

void textures(Client& client, const std::string& path) {
  const Com<ID3D11Device> device = make_device();
  client.open(device.get(), NV_ENC_DEVICE_TYPE_DIRECTX);
  client.initialize();
  NV_ENC_OUTPUT_PTR output = client.create_output();
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("the file cannot be written");
  for (const std::uint32_t color : {0xC02040U, 0x20C040U, 0x2040C0U, 0x808080U}) {
    const Texture texture = make_texture(device.get(), color);
    NV_ENC_REGISTERED_PTR resource = registered(client, texture.get());
    NV_ENC_MAP_INPUT_RESOURCE map = mapping(resource);
    must(client.api.nvEncMapInputResource(client.encoder, &map), "NvEncMapInputResource");
    must(encode(client, map.mappedResource, output), "NvEncEncodePicture");
    const std::vector<std::uint8_t> packet = client.fetch(output);
    std::fwrite(packet.data(), 1, packet.size(), file);
    must(client.api.nvEncUnmapInputResource(client.encoder, map.mappedResource),
         "NvEncUnmapInputResource");
    must(client.api.nvEncUnregisterResource(client.encoder, resource), "NvEncUnregisterResource");
  }
  std::fclose(file);
  end(client, output);
}

void wrong_registrations(Client& client, ID3D11Device* device) {
  const Texture small = make_texture(device, 0, width / 2);
  const Texture other_order = make_texture(device, 0, width, DXGI_FORMAT_R8G8B8A8_UNORM);
  const Com<ID3D11Device> other_device = make_device();
  const Texture foreign = make_texture(other_device.get(), 0);
  for (ID3D11Texture2D* texture : {small.get(), other_order.get(), foreign.get()}) {
    NV_ENC_REGISTER_RESOURCE asked = registration(texture);
    client.api.nvEncRegisterResource(client.encoder, &asked);
  }
}

void wrong(Client& client) {
  const Com<ID3D11Device> device = make_device();
  client.open(device.get(), NV_ENC_DEVICE_TYPE_DIRECTX);
  client.initialize();
  wrong_registrations(client, device.get());
  NV_ENC_OUTPUT_PTR output = client.create_output();
  Texture texture = make_texture(device.get(), 0);
  NV_ENC_REGISTERED_PTR resource = registered(client, texture.get());
  encode(client, resource, output);
  NV_ENC_MAP_INPUT_RESOURCE map = mapping(resource);
  must(client.api.nvEncMapInputResource(client.encoder, &map), "NvEncMapInputResource");
  client.api.nvEncMapInputResource(client.encoder, &map);
  must(encode(client, map.mappedResource, output), "NvEncEncodePicture");
  // The ring comes round too early: the texture is written to again.
  const std::vector<std::uint32_t> white(std::size_t{width} * height, 0xFFFFFFFFU);
  Com<ID3D11DeviceContext> context;
  device->GetImmediateContext(context.put());
  context->UpdateSubresource(texture.get(), 0, nullptr, white.data(), width * 4, 0);
  client.api.nvEncUnmapInputResource(client.encoder, map.mappedResource);
  client.fetch(output);
  client.api.nvEncUnmapInputResource(client.encoder, map.mappedResource);
  encode(client, map.mappedResource, output);
  must(client.api.nvEncMapInputResource(client.encoder, &map), "NvEncMapInputResource");
  texture = Texture();
  client.api.nvEncUnregisterResource(client.encoder, resource);
  end(client, output);
}

}  // namespace

int run(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  Client client;
  if (what == "textures" && argc > 2) {
    textures(client, argv[2]);
  } else if (what == "wrong") {
    wrong(client);
  } else {
    std::fputs("usage: nvenc_client textures FILE|wrong\n", stderr);
    return 2;
  }
  return 0;
}

}  // namespace nvenc_client
