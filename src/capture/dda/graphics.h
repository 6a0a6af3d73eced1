// What can outlive the duplication that it was opened for.
#pragma once

#include <memory>
#include <string>

#include "capture/dda/adapters.h"
#include "capture/dda/device.h"
#include "capture/frame_source.h"

namespace rustcam::dda {

/// A device, and the factory that its adapter was found with. Opening them takes much longer than
/// opening a duplication, and most losses (mode changes, full-screen switches) leave them whole.
struct Graphics final : SourceLegacy {
  /// Throws DuplicationError or AccessLost.
  Graphics(ComPtr<IDXGIFactory1> owner, const Output& output);

  ComPtr<IDXGIFactory1> factory;
  std::string luid;  ///< of the adapter
  Device device;

  /// False once adapters or outputs have come or gone, or the device has been removed.
  bool still_good() const;
};

struct Opened {
  Output output;
  std::shared_ptr<const Graphics> graphics;
};

/// Finds the target and a device on its adapter: those of `legacy` (may be null) where they are
/// still good. Throws DuplicationError or AccessLost.
Opened open_output(const TargetInfo& wanted, const std::shared_ptr<const SourceLegacy>& legacy);

}  // namespace rustcam::dda
