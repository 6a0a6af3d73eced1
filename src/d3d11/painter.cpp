#include "d3d11/painter.h"

#include "d3d11/gpu.h"
#include "d3d11/shaders.h"

namespace rustcam::d3d11 {

Painter::Painter(ID3D11Device& device, ID3D11DeviceContext& context) {
  context.AddRef();
  *context_.put() = &context;
  const ShaderCompiler compiler;
  const auto corners = compiler.compile("corners", "vs_4_0");
  require(device.CreateVertexShader(corners->GetBufferPointer(), corners->GetBufferSize(), nullptr,
                                    corners_.put()),
          "the graphics device takes no shader");
  constexpr std::array<const char*, shader_count> names{"turn", "pointer", "luma", "chroma",
                                                        "stretch"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto code = compiler.compile(names[i], "ps_4_0");
    require(device.CreatePixelShader(code->GetBufferPointer(), code->GetBufferSize(), nullptr,
                                     shaders_[i].put()),
            "the graphics device takes no shader");
  }
  D3D11_BUFFER_DESC desc{};
  desc.ByteWidth = sizeof(ShaderNumbers);
  desc.BindFlags = D3D11_BIND_CONSTANT_BUFFER;
  require(device.CreateBuffer(&desc, nullptr, numbers_.put()),
          "the graphics device makes no buffer");
}

void Painter::draw(const Job& job, std::span<const Rect> where) {
  constexpr UINT corners_of_a_strip = 4;
  ID3D11DeviceContext& context = *context_;
  context.UpdateSubresource(numbers_.get(), 0, nullptr, &job.numbers, 0, 0);

  ID3D11RenderTargetView* target = job.into;
  ID3D11Buffer* numbers = numbers_.get();
  context.IASetInputLayout(nullptr);
  context.IASetPrimitiveTopology(D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
  context.VSSetShader(corners_.get(), nullptr, 0);
  context.PSSetShader(shaders_[static_cast<std::size_t>(job.shader)].get(), nullptr, 0);
  context.PSSetConstantBuffers(0, 1, &numbers);
  // The target first: a texture that was drawn into before and is read now would not be bound.
  context.OMSetRenderTargets(1, &target, nullptr);
  context.PSSetShaderResources(0, static_cast<UINT>(job.from.size()), job.from.data());
  for (const Rect& rect : where) {
    const D3D11_VIEWPORT place{static_cast<float>(rect.left),
                               static_cast<float>(rect.top),
                               static_cast<float>(rect.width()),
                               static_cast<float>(rect.height()),
                               0,
                               1};
    context.RSSetViewports(1, &place);
    context.Draw(corners_of_a_strip, 0);
  }
  // What stays bound cannot be copied into or drawn into without a warning.
  constexpr std::array<ID3D11ShaderResourceView*, 2> nothing{};
  context.PSSetShaderResources(0, static_cast<UINT>(nothing.size()), nothing.data());
  context.OMSetRenderTargets(0, nullptr, nullptr);
}

}  // namespace rustcam::d3d11
