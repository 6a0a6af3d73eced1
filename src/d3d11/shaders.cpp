#include "d3d11/shaders.h"

#include <string>
#include <string_view>

#include "base/error.h"
#include "d3d11/gpu.h"
#include "platform/support_win32.h"

namespace rustcam::d3d11 {

namespace {

/// Plain enough for Wine's compiler, which knows neither functions of ours nor `?:`, and whose
/// loops do not end. Each fills a rectangle of the target, pixel by pixel; `at` is the pixel's
/// place on the target.
///
/// turn: first = a picture whose last pixel is b.zw; its pixel is (a.xy * x + a.zw * y + b.xy),
/// what
///   lies beyond repeats it.
/// pointer: first = the target as it was, from a.xy on; second = the shape, whose corner is at
///   a.zw; b.x = 1 straight alpha, 2 multiplied alpha, 3 masked colour. As blend_pointer() does it,
///   in whole numbers: half a unit keeps what should be whole away from the edge.
/// luma, chroma: first = a picture whose last pixel is a.xy; what lies beyond repeats it. BT.709,
///   limited; chroma is the mean of four.
/// stretch: first = a picture; one direction, a.xy = (1, 0) or (0, 1); a.z = its last pixel that
/// way,
///   b.xy = where on the target it begins; c.x = pixels of the picture for each of the target, at
///   most most_shrunk; c.yzw = 1 for the filter that is wanted: mean, linear, cubic.
constexpr std::string_view source = R"(
cbuffer Numbers : register(b0) {
  int4 a;
  int4 b;
  float4 c;
};
Texture2D first : register(t0);
Texture2D second : register(t1);

float4 corners(uint i : SV_VertexID) : SV_POSITION {
  float x = i % 2;
  float y = i / 2;
  return float4(x * 2.0 - 1.0, 1.0 - y * 2.0, 0.0, 1.0);
}

float4 turn(float4 at : SV_POSITION) : SV_TARGET {
  int2 p = int2(at.xy);
  return first.Load(int3(min(a.xy * p.x + a.zw * p.y + b.xy, b.zw), 0));
}

float4 pointer(float4 at : SV_POSITION) : SV_TARGET {
  int2 p = int2(at.xy);
  float4 screen = floor(first.Load(int3(p - a.xy, 0)) * 255.0 + 0.5);
  float4 shape = floor(second.Load(int3(p - a.zw, 0)) * 255.0 + 0.5);
  float4 mixed = shape;
  if (b.x == 1) {
    mixed = floor((shape * shape.a + screen * (255.0 - shape.a) + 127.5) / 255.0);
  }
  if (b.x == 2) {
    mixed = min(shape + floor((screen * (255.0 - shape.a) + 127.5) / 255.0), 255.0);
  }
  if (b.x == 3) {
    if (shape.a > 0.0) {
      uint4 turned = uint4(screen) ^ uint4(shape);
      mixed = float4(turned);
    }
  }
  mixed.a = 255.0;
  return mixed / 255.0;
}

float4 luma(float4 at : SV_POSITION) : SV_TARGET {
  int2 p = min(int2(at.xy), a.xy);
  float3 colour = first.Load(int3(p, 0)).rgb;
  float y = dot(colour, float3(0.2126, 0.7152, 0.0722));
  float code = (16.0 + 219.0 * y) / 255.0;
  return float4(code, code, code, code);
}

float4 chroma(float4 at : SV_POSITION) : SV_TARGET {
  int2 p = int2(at.xy) * 2;
  int2 p0 = min(p, a.xy);
  int2 p1 = min(p + int2(1, 1), a.xy);
  float3 colour = (first.Load(int3(p0.x, p0.y, 0)).rgb + first.Load(int3(p1.x, p0.y, 0)).rgb +
                   first.Load(int3(p0.x, p1.y, 0)).rgb + first.Load(int3(p1.x, p1.y, 0)).rgb) * 0.25;
  float y = dot(colour, float3(0.2126, 0.7152, 0.0722));
  float u = (128.0 + 224.0 * (colour.b - y) / 1.8556) / 255.0;
  float v = (128.0 + 224.0 * (colour.r - y) / 1.5748) / 255.0;
  return float4(u, v, 0.0, 1.0);
}

float4 stretch(float4 at : SV_POSITION) : SV_TARGET {
  int2 p = int2(at.xy) - b.xy;
  int2 across = p * (int2(1, 1) - a.xy);
  float n = float(p.x * a.x + p.y * a.y);
  float begin = n * c.x;
  float end = begin + c.x;
  float centre = (n + 0.5) * c.x - 0.5;
  float start = floor(begin + 0.001) * c.y + (floor(centre) - 1.0) * (1.0 - c.y);
  float4 sum = float4(0.0, 0.0, 0.0, 0.0);
  float all = 0.0;
  float place;
  float d;
  float inner;
  float outer;
  float weight;
#define TAP(i)                                                                       \
  place = start + i;                                                                 \
  d = abs(centre - place);                                                           \
  inner = min(d, 1.0);                                                               \
  outer = min(max(d, 1.0), 2.0);                                                     \
  weight = max(min(place + 1.0, end) - max(place, begin), 0.0) * c.y +               \
           (1.0 - inner) * c.z +                                                     \
           ((1.4 * inner - 2.4) * inner * inner + 1.0 +                              \
            ((3.0 - 0.6 * outer) * outer - 4.8) * outer + 2.4) * c.w;                \
  sum += first.Load(int3(across + a.xy * min(max(int(place), 0), a.z), 0)) * weight; \
  all += weight;
  TAP(0.0) TAP(1.0) TAP(2.0) TAP(3.0) TAP(4.0) TAP(5.0) TAP(6.0) TAP(7.0)
  TAP(8.0) TAP(9.0) TAP(10.0) TAP(11.0) TAP(12.0) TAP(13.0) TAP(14.0) TAP(15.0)
  return sum / all;
}
)";

}  // namespace

ShaderCompiler::ShaderCompiler()
    : compile_(win32::find_function<decltype(D3DCompile)>(L"d3dcompiler_47.dll", "D3DCompile")) {
  if (compile_ == nullptr)
    throw DeviceError(
        "this Windows has no d3dcompiler_47.dll, which compiles shaders (Windows 8.1 and later "
        "have it)");
}

win32::ComPtr<ID3DBlob> ShaderCompiler::compile(const char* function, const char* profile) const {
  win32::ComPtr<ID3DBlob> code;
  win32::ComPtr<ID3DBlob> complaint;
  const HRESULT result = compile_(source.data(), source.size(), function, nullptr, nullptr,
                                  function, profile, 0, 0, code.put(), complaint.put());
  if (FAILED(result) && complaint)
    throw DeviceError("the shader " + std::string(function) + " does not compile: " +
                      std::string(static_cast<const char*>(complaint->GetBufferPointer()),
                                  complaint->GetBufferSize()));
  require(result, "no shader can be compiled");
  return code;
}

}  // namespace rustcam::d3d11
