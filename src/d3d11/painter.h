// Rectangles of textures, drawn by shaders.
#pragma once

#include <d3d11.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::d3d11 {

/// What a rectangle is filled with; shaders.h says what each takes.
enum class Shader { turn, pointer, luma, chroma, stretch };
inline constexpr std::size_t shader_count = 5;

/// How many pixels of a picture, one beside the other, Shader::stretch can make one of.
inline constexpr std::int32_t most_shrunk = 15;

/// What a shader is told, as its constants lie in memory.
struct ShaderNumbers {
  std::array<std::int32_t, 4> a{};
  std::array<std::int32_t, 4> b{};
  std::array<float, 4> c{};
};

/// Draws on the immediate context, and leaves nothing bound to it.
class Painter {
 public:
  /// Compiles the shaders, which takes some milliseconds. Throws DeviceError.
  Painter(ID3D11Device& device, ID3D11DeviceContext& context);

  struct Job {
    Shader shader = Shader::turn;
    ID3D11RenderTargetView* into = nullptr;
    std::array<ID3D11ShaderResourceView*, 2> from{};
    ShaderNumbers numbers;
  };
  /// Fills `where` of the target.
  void draw(const Job& job, std::span<const Rect> where);

 private:
  win32::ComPtr<ID3D11DeviceContext> context_;
  win32::ComPtr<ID3D11VertexShader> corners_;
  std::array<win32::ComPtr<ID3D11PixelShader>, shader_count> shaders_;
  win32::ComPtr<ID3D11Buffer> numbers_;
};

}  // namespace rustcam::d3d11
