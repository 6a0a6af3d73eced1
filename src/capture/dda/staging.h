// Reading textures back into memory, with the wait for the GPU taken apart from asking for it.
#pragma once

#include <d3d11.h>

#include <cstdint>
#include <vector>

#include "base/region.h"
#include "capture/dda/canvas.h"
#include "capture/dda/com_ptr.h"
#include "capture/dda/device.h"

namespace rustcam::dda {

/// A few textures that the CPU can read, used in turn: while one is copied to, another is read.
/// Reused as long as the canvas keeps its size and format. The device must outlive it.
class Staging {
 public:
  explicit Staging(const Device& device) : device_(&device) {}

  /// Begins to copy `native` of the canvas; returns the ticket's number, from 1 on. Throws
  /// AccessLost or DuplicationError.
  std::uint64_t begin(const Canvas& canvas, const Region& native);

  struct Read {
    D3D11_MAPPED_SUBRESOURCE pixels{};  ///< valid where `region` is
    Region region;                      ///< native orientation
    Size size;
    bool half_float = false;
  };
  /// Waits for the copy and hands it to `use`; earlier tickets that were never finished are
  /// forgotten. Throws AccessLost, DuplicationError; std::logic_error for a ticket that is not
  /// open.
  template <typename Use>
  void finish(std::uint64_t ticket, Use&& use) {
    const Mapping mapping(*this, ticket);
    use(mapping.read());
  }

 private:
  struct Slot {
    ComPtr<ID3D11Texture2D> texture;
    Size size;
    DXGI_FORMAT format = DXGI_FORMAT_UNKNOWN;
    bool half_float = false;
    Region region;
    std::uint64_t ticket = 0;  ///< 0: free
  };

  class Mapping {
   public:
    Mapping(Staging& staging, std::uint64_t ticket);
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    const Read& read() const noexcept { return read_; }

   private:
    Staging* staging_;
    Slot* slot_;
    Read read_;
  };

  Slot& free_slot();
  void fit(Slot& slot, const Canvas& canvas);

  const Device* device_;
  std::vector<Slot> slots_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace rustcam::dda
