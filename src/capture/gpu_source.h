// Textures instead of pixels, for systems whose screen lives on the GPU (Desktop Duplication).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/geometry.h"
#include "base/time.h"

namespace rustcam {

/// A BGRA texture that holds one desktop frame, upright and without the pointer, and that other
/// devices on the same adapter can open.
struct GpuFrame {
  std::uintptr_t shared_handle = 0;  ///< an NT handle; valid as long as `texture` lives
  std::uint64_t adapter_luid = 0;    ///< HighPart << 32 | LowPart; only this adapter can open it
  Size size;
  bool keyed_mutex = false;  ///< acquire key 1 before use, release key 0 after it
  TimePoint presented{};
  std::uint64_t desktop_sequence = 0;   ///< counts the desktop frames handed out, from 1
  std::shared_ptr<const void> texture;  ///< owns texture and handle
};

/// Which pictures a reader of shared textures gets.
enum class GpuOrder {
  /// The newest: one that was handed over and not looked at is written again.
  newest = 1,
  /// Each, in its order, from one writer to one reader: the textures go round, and none is written
  /// again before the reader has acquired its keyed mutex with 1 and released it with 0.
  strict,
};

/// Implemented by sources whose system shares textures. Confined to the source's thread.
class GpuSource {
 public:
  virtual ~GpuSource() = default;
  /// Copies the current desktop into a texture that nobody else holds, on the GPU. `presented` and
  /// `desktop_sequence` are left to the caller. nullopt if all textures are held, or, in
  /// strict order, if the reader has not given the next one back. Another order begins another
  /// ring. Throws AccessLost, DeviceError, DuplicationError.
  virtual std::optional<GpuFrame> share(GpuOrder order) = 0;
};

}  // namespace rustcam
