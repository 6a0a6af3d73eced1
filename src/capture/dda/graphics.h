// What can outlive the duplication that it was opened for.
#pragma once

#include <memory>
#include <string>

#include "capture/dda/adapters.h"
#include "capture/dda/device.h"
#include "d3d11/gpu.h"

namespace rustcam::dda {

/// A device, and the factory that its adapter was found with. Opening them takes much longer than
/// opening a duplication, and most losses (mode changes, full-screen switches) leave them whole.
struct Graphics {
  /// Throws DuplicationError or AccessLost.
  Graphics(win32::ComPtr<IDXGIFactory1> owner, const Output& output);

  win32::ComPtr<IDXGIFactory1> factory;
  std::string luid;  ///< of the adapter
  Device device;

  /// The device as one that the encoder's thread uses too; the same one every time. Throws
  /// DeviceError if that cannot be.
  std::shared_ptr<d3d11::Gpu> gpu() const;
  /// False once adapters or outputs have come or gone, or the device has been removed.
  bool still_good() const;

 private:
  mutable std::shared_ptr<d3d11::Gpu> gpu_;  ///< of the capture thread
};

struct Opened {
  Output output;
  std::shared_ptr<const Graphics> graphics;
};

/// Finds the target and a device on its adapter: `kept` (may be null) if it is still
/// good. Throws DuplicationError or AccessLost.
Opened open_output(const TargetInfo& wanted, std::shared_ptr<const Graphics> kept);

}  // namespace rustcam::dda
