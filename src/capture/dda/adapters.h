// The graphics adapters and the outputs that they own.
#pragma once

#include <dxgi1_2.h>

#include <string>
#include <string_view>
#include <vector>

#include "capture/target.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::dda {

inline constexpr std::string_view backend_name = "dda";

struct Output {
  win32::ComPtr<IDXGIAdapter1> adapter;  ///< the one that owns the output
  std::string luid;                      ///< the adapter's
  win32::ComPtr<IDXGIOutput> output;
  std::string adapter_name;
  std::string monitor;  ///< tells the monitor apart, wherever it is plugged in
  TargetInfo info;
};

/// What adapters and outputs there are at this moment. Throws DuplicationError.
win32::ComPtr<IDXGIFactory1> make_factory();

/// The outputs that show the desktop, in DXGI's order.
std::vector<Output> enumerate_outputs(IDXGIFactory1& factory);

/// The output with the identity of `wanted` (adapter and monitor), or, if an adapter came back
/// under a new id (as after a driver's update), with its monitor: the identity stays that of
/// `wanted`. Throws AccessLost if it is not there now.
Output find_output(IDXGIFactory1& factory, const TargetInfo& wanted);

std::vector<DeviceInfo> enumerate_devices();

Rotation rotation_of(DXGI_MODE_ROTATION rotation) noexcept;

}  // namespace rustcam::dda
