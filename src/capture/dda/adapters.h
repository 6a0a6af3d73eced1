// The graphics adapters and the outputs that they own.
#pragma once

#include <dxgi1_2.h>

#include <string>
#include <vector>

#include "capture/dda/com_ptr.h"
#include "capture/target.h"

namespace rustcam::dda {

struct Output {
  ComPtr<IDXGIAdapter1> adapter;  ///< the one that owns the output
  ComPtr<IDXGIOutput> output;
  std::string adapter_name;
  std::string monitor;  ///< tells the monitor apart, wherever it is plugged in
  TargetInfo info;
};

/// The outputs that show the desktop, from a fresh factory, in DXGI's order. Throws
/// DuplicationError.
std::vector<Output> enumerate_outputs();

/// The output with the identity of `wanted` (adapter and monitor), or, where an adapter came back
/// under a new id (as after a driver's update), with its monitor: the identity stays that of
/// `wanted`. Throws AccessLost where it is not there now.
Output find_output(const TargetInfo& wanted);

std::vector<DeviceInfo> enumerate_devices();

Rotation rotation_of(DXGI_MODE_ROTATION rotation) noexcept;

}  // namespace rustcam::dda
