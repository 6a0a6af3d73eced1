// Reading a texture back into memory.
#pragma once

#include <d3d11.h>

#include "base/region.h"
#include "capture/dda/canvas.h"
#include "capture/dda/device.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::dda {

/// A texture that the CPU can read, reused as long as the canvas keeps its size and format. The
/// device must outlive it.
class Staging {
 public:
  explicit Staging(const Device& device) : device_(&device) {}

  struct Read {
    D3D11_MAPPED_SUBRESOURCE pixels{};  ///< valid where `region` is
    Region region;                      ///< native orientation
    Size size;
    bool half_float = false;
  };
  /// Copies `native` of the canvas, waits for the GPU, and hands the pixels to `use`. Throws
  /// AccessLost or DuplicationError.
  template <typename Use>
  void read(const Canvas& canvas, const Region& native, Use&& use) {
    copy(canvas, native);
    const Mapping mapping(*this, canvas, native);
    use(mapping.read());
  }

 private:
  class Mapping {
   public:
    Mapping(const Staging& staging, const Canvas& canvas, const Region& native);
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    const Read& read() const noexcept { return read_; }

   private:
    const Staging* staging_;
    Read read_;
  };

  void copy(const Canvas& canvas, const Region& native);
  void fit(const Canvas& canvas);

  const Device* device_;
  win32::ComPtr<ID3D11Texture2D> texture_;
  Size size_;
  DXGI_FORMAT format_ = DXGI_FORMAT_UNKNOWN;
};

}  // namespace rustcam::dda
