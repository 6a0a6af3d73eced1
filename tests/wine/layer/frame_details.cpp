// What a duplication tells of the frame that is held: what changed, and the pointer's shape.
#include <algorithm>
#include <cstdint>

#include "duplication.h"

namespace layer {
namespace {

RECT to_rect(const rustcam::Rect& r) {
  return {r.left, r.top, r.right, r.bottom};
}

}  // namespace

void Duplication::describe(const rustcam::Region& changed) {
  const Config& config = state().config;
  if (config.no_rects) return;
  const rustcam::Rect screen = rustcam::Rect::of(options_.size);
  for (const rustcam::Rect& r : changed.rects()) {
    const rustcam::Rect part = rustcam::intersect(r, screen);
    if (config.moves && moves_.empty() && part.area() > 0) {
      const RECT native = to_rect(picture_.native_rect(part));
      moves_.push_back({{native.left, native.top}, native});
      continue;
    }
    const std::int32_t bands = std::clamp(config.split, 1, part.size().height);
    for (std::int32_t band = 0; band < bands; ++band) {
      rustcam::Rect slice = part;
      slice.top = part.top + part.size().height * band / bands;
      slice.bottom = part.top + part.size().height * (band + 1) / bands;
      dirty_.push_back(to_rect(picture_.native_rect(slice)));
    }
  }
}

HRESULT Duplication::GetFrameDirtyRects(UINT size, RECT* rects, UINT* required) {
  if (!required) return E_INVALIDARG;
  *required = static_cast<UINT>(dirty_.size() * sizeof(RECT));
  if (!held_) {
    state().report.violation("GetFrameDirtyRects without a frame");
    return DXGI_ERROR_INVALID_CALL;
  }
  if (size < *required) return DXGI_ERROR_MORE_DATA;
  std::copy(dirty_.begin(), dirty_.end(), rects);
  return S_OK;
}

HRESULT Duplication::GetFrameMoveRects(UINT size, DXGI_OUTDUPL_MOVE_RECT* rects, UINT* required) {
  if (!required) return E_INVALIDARG;
  *required = static_cast<UINT>(moves_.size() * sizeof(DXGI_OUTDUPL_MOVE_RECT));
  if (!held_) {
    state().report.violation("GetFrameMoveRects without a frame");
    return DXGI_ERROR_INVALID_CALL;
  }
  if (size < *required) return DXGI_ERROR_MORE_DATA;
  std::copy(moves_.begin(), moves_.end(), rects);
  return S_OK;
}

HRESULT Duplication::GetFramePointerShape(UINT size, void* buffer, UINT* required,
                                          DXGI_OUTDUPL_POINTER_SHAPE_INFO* info) {
  if (!required || !info) return E_INVALIDARG;
  *required = static_cast<UINT>(shape_.bytes.size());
  if (!held_) {
    state().report.violation("GetFramePointerShape without a frame");
    return DXGI_ERROR_INVALID_CALL;
  }
  if (!shape_new_in_frame_) {
    state().report.violation("GetFramePointerShape if PointerShapeBufferSize is 0");
    return DXGI_ERROR_INVALID_CALL;
  }
  if (size < *required) return DXGI_ERROR_MORE_DATA;
  std::copy(shape_.bytes.begin(), shape_.bytes.end(), static_cast<std::uint8_t*>(buffer));
  *info = shape_.info;
  return S_OK;
}

}  // namespace layer
