#include "capture/dda/duplication.h"

#include <dxgi1_5.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/error.h"
#include "capture/dda/hresult.h"
#include "capture/dda/metadata.h"
#include "capture/dda/pointer_shape.h"

namespace rustcam::dda {

namespace {

HRESULT duplicate(const win32::ComPtr<IDXGIOutput>& output, ID3D11Device& device,
                  win32::ComPtr<IDXGIOutputDuplication>& duplication) {
  // A set, not a preference: an HDR desktop arrives as 16-bit floats, any other as 8-bit BGRA.
  constexpr std::array formats{DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_FORMAT_R16G16B16A16_FLOAT};
  if (const auto newer = output.as<IDXGIOutput5>()) {
    const HRESULT result = newer->DuplicateOutput1(&device, 0, static_cast<UINT>(formats.size()),
                                                   formats.data(), duplication.put());
    // Any other failure is this output's answer for now. The older call might succeed in the middle
    // of a transition and then hand out an HDR desktop washed out.
    if (result != E_NOTIMPL) return result;
  }
  const auto older = output.as<IDXGIOutput1>();
  return older ? older->DuplicateOutput(&device, duplication.put()) : E_NOTIMPL;
}

/// Calls `get(bytes, buffer, required)` with a buffer that grows as long as the answer is
/// MORE_DATA; returns how much of it was filled.
template <typename Get>
std::size_t fill(std::vector<std::byte>& buffer, std::size_t expected, const char* what,
                 Get&& get) {
  if (buffer.size() < expected) buffer.resize(expected);
  UINT required = 0;
  HRESULT result = get(static_cast<UINT>(buffer.size()), buffer.data(), &required);
  for (int tries = 0; result == DXGI_ERROR_MORE_DATA && tries < 4; ++tries) {
    buffer.resize(required);
    result = get(static_cast<UINT>(buffer.size()), buffer.data(), &required);
  }
  check(result, what);
  return std::min<std::size_t>(required, buffer.size());
}

}  // namespace

Duplication::Duplication(const Output& output, ID3D11Device& device) {
  const HRESULT result = duplicate(output.output, device, duplication_);
  const std::string what = "cannot capture " + output.info.name;
  if (result == DXGI_ERROR_UNSUPPORTED)
    throw DuplicationError(
        what + ": " + output.adapter_name +
            " owns it, but Windows runs this program on another adapter; under Settings, System, "
            "Display, Graphics set rustcam-cli.exe to the former (usually \"power saving\") (" +
            code_text(result) + ")",
        code_text(result));
  if (outcome_of(result) != Outcome::success) fail(result, what);
  DXGI_OUTDUPL_DESC desc{};
  duplication_->GetDesc(&desc);
  rotation_ = rotation_of(desc.Rotation);
}

HRESULT Duplication::acquire(UINT timeout_ms, DXGI_OUTDUPL_FRAME_INFO& info,
                             win32::ComPtr<ID3D11Texture2D>& texture) {
  win32::ComPtr<IDXGIResource> resource;
  info = {};
  const HRESULT result = duplication_->AcquireNextFrame(timeout_ms, &info, resource.put());
  if (outcome_of(result) != Outcome::success) return result;
  leased_ = true;
  texture = resource.as<ID3D11Texture2D>();
  return texture ? S_OK : DXGI_ERROR_INVALID_CALL;
}

void Duplication::release() noexcept {
  // Its answer tells nothing that the next acquire() does not.
  if (leased_) duplication_->ReleaseFrame();
  leased_ = false;
}

std::optional<Region> Duplication::damage(const DXGI_OUTDUPL_FRAME_INFO& info, Size native) {
  if (info.TotalMetadataBufferSize == 0) return std::nullopt;
  const std::size_t moved =
      fill(move_rects_, info.TotalMetadataBufferSize, "cannot read what moved on the desktop",
           [this](UINT size, std::byte* bytes, UINT* required) {
             return duplication_->GetFrameMoveRects(
                 size, reinterpret_cast<DXGI_OUTDUPL_MOVE_RECT*>(bytes), required);
           });
  const std::size_t dirty = fill(
      dirty_rects_, info.TotalMetadataBufferSize, "cannot read what changed on the desktop",
      [this](UINT size, std::byte* bytes, UINT* required) {
        return duplication_->GetFrameDirtyRects(size, reinterpret_cast<RECT*>(bytes), required);
      });
  return native_damage(std::span(dirty_rects_).first(dirty), std::span(move_rects_).first(moved),
                       native);
}

std::shared_ptr<const PointerShape> Duplication::pointer_shape(
    const DXGI_OUTDUPL_FRAME_INFO& info) {
  DXGI_OUTDUPL_POINTER_SHAPE_INFO shape{};
  const std::size_t filled =
      fill(shape_, info.PointerShapeBufferSize, "cannot read the pointer's shape",
           [&](UINT size, std::byte* bytes, UINT* required) {
             return duplication_->GetFramePointerShape(size, bytes, required, &shape);
           });
  return parse_pointer_shape({shape.Type, shape.Width, shape.Height, shape.Pitch},
                             std::span(shape_).first(filled));
}

}  // namespace rustcam::dda
