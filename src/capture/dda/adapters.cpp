#include "capture/dda/adapters.h"

#include <dxgi1_6.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "capture/dda/display_config.h"
#include "capture/dda/hresult.h"
#include "platform/support_win32.h"

namespace rustcam::dda {

namespace {

std::string luid_text(LUID luid) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%08lx:%08lx", static_cast<unsigned long>(luid.HighPart),
                static_cast<unsigned long>(luid.LowPart));
  return text.data();
}

/// Windows 8.1 and later; 1 if the system does not tell.
double scale_of(HMONITOR monitor) {
  const auto get_dpi = win32::find_function<HRESULT WINAPI(HMONITOR, int, UINT*, UINT*)>(
      L"shcore.dll", "GetDpiForMonitor");
  UINT x = 0;
  UINT y = 0;
  constexpr int effective_dpi = 0;
  constexpr double unscaled_dpi = 96.0;
  if (get_dpi == nullptr || FAILED(get_dpi(monitor, effective_dpi, &x, &y)) || x == 0) return 1.0;
  return x / unscaled_dpi;
}

bool is_primary(HMONITOR monitor) {
  MONITORINFO info{};
  info.cbSize = sizeof info;
  return ::GetMonitorInfoW(monitor, &info) != FALSE && (info.dwFlags & MONITORINFOF_PRIMARY) != 0;
}

void describe_colour(const win32::ComPtr<IDXGIOutput>& output, TargetInfo& info) {
  info.native_format = "bgra8";
  const auto newer = output.as<IDXGIOutput6>();
  DXGI_OUTPUT_DESC1 desc{};
  if (!newer || FAILED(newer->GetDesc1(&desc))) return;
  info.hdr = desc.ColorSpace == DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020;
  if (*info.hdr) info.native_format = "rgba16f";
}

Monitor monitor_of(const std::string& gdi_name, const std::vector<Monitor>& monitors) {
  const auto known = std::find_if(monitors.begin(), monitors.end(),
                                  [&](const Monitor& m) { return m.gdi_name == gdi_name; });
  if (known != monitors.end() && !known->path.empty() && known->refresh_hz) return *known;
  Monitor monitor = monitor_by_gdi_name(gdi_name);
  if (known == monitors.end()) return monitor;
  if (!known->path.empty()) monitor.path = known->path;
  if (!known->model.empty()) monitor.model = known->model;
  if (known->refresh_hz) monitor.refresh_hz = known->refresh_hz;
  monitor.sdr_white_nits = known->sdr_white_nits;
  return monitor;
}

std::vector<win32::ComPtr<IDXGIAdapter1>> adapters_of(IDXGIFactory1& factory) {
  std::vector<win32::ComPtr<IDXGIAdapter1>> adapters;
  win32::ComPtr<IDXGIAdapter1> adapter;
  for (UINT i = 0; factory.EnumAdapters1(i, adapter.put()) == S_OK; ++i)
    adapters.push_back(adapter);
  return adapters;
}

/// Those that show a part of the desktop, with what DXGI says of them.
template <typename Visit>
void for_each_output(IDXGIAdapter1& adapter, Visit&& visit) {
  win32::ComPtr<IDXGIOutput> output;
  for (UINT i = 0; adapter.EnumOutputs(i, output.put()) == S_OK; ++i) {
    DXGI_OUTPUT_DESC desc{};
    if (SUCCEEDED(output->GetDesc(&desc)) && desc.AttachedToDesktop != FALSE) visit(output, desc);
  }
}

Output make_output(const win32::ComPtr<IDXGIAdapter1>& adapter,
                   const win32::ComPtr<IDXGIOutput>& output, const DXGI_OUTPUT_DESC& desc,
                   const std::vector<Monitor>& monitors) {
  DXGI_ADAPTER_DESC1 adapter_desc{};
  adapter->GetDesc1(&adapter_desc);
  Output found;
  found.adapter = adapter;
  found.output = output;
  found.adapter_name = win32::to_utf8(adapter_desc.Description);
  TargetInfo& info = found.info;
  info.name = win32::to_utf8(desc.DeviceName);
  info.backend = backend_name;
  const RECT& r = desc.DesktopCoordinates;
  info.desktop = {r.left, r.top, r.right, r.bottom};
  info.rotation = rotation_of(desc.Rotation);
  info.scale = scale_of(desc.Monitor);
  info.primary = is_primary(desc.Monitor);
  describe_colour(output, info);
  const Monitor monitor = monitor_of(info.name, monitors);
  info.description = monitor.model;
  info.refresh_hz = monitor.refresh_hz;
  info.sdr_white_nits = monitor.sdr_white_nits;
  found.monitor = monitor.path.empty() ? info.name : monitor.path;
  found.luid = luid_text(adapter_desc.AdapterLuid);
  info.identity = found.luid + "|" + found.monitor;
  return found;
}

}  // namespace

Rotation rotation_of(DXGI_MODE_ROTATION rotation) noexcept {
  switch (rotation) {
    case DXGI_MODE_ROTATION_ROTATE90:
      return Rotation::clockwise90;
    case DXGI_MODE_ROTATION_ROTATE180:
      return Rotation::clockwise180;
    case DXGI_MODE_ROTATION_ROTATE270:
      return Rotation::clockwise270;
    default:
      return Rotation::none;
  }
}

win32::ComPtr<IDXGIFactory1> make_factory() {
  win32::ComPtr<IDXGIFactory1> factory;
  check(::CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.put_void()),
        "cannot list the graphics adapters");
  return factory;
}

std::vector<Output> enumerate_outputs(IDXGIFactory1& factory) {
  const std::vector<Monitor> monitors = active_monitors();
  std::vector<Output> outputs;
  int device = 0;
  for (const auto& adapter : adapters_of(factory)) {
    for_each_output(*adapter,
                    [&](const win32::ComPtr<IDXGIOutput>& output, const DXGI_OUTPUT_DESC& desc) {
                      Output found = make_output(adapter, output, desc, monitors);
                      found.info.index = static_cast<int>(outputs.size());
                      found.info.device = device;
                      outputs.push_back(std::move(found));
                    });
    ++device;
  }
  return outputs;
}

Output find_output(IDXGIFactory1& factory, const TargetInfo& wanted) {
  std::vector<Output> outputs = enumerate_outputs(factory);
  auto found = std::find_if(outputs.begin(), outputs.end(),
                            [&](const Output& o) { return o.info.identity == wanted.identity; });
  if (found == outputs.end())
    found = std::find_if(outputs.begin(), outputs.end(), [&](const Output& o) {
      return wanted.identity.ends_with("|" + o.monitor);
    });
  if (found == outputs.end())
    throw AccessLost("the output " + wanted.name + " is not there; plug it in or wake it",
                     code_text(DXGI_ERROR_NOT_FOUND));
  found->info.identity = wanted.identity;
  return std::move(*found);
}

std::vector<DeviceInfo> enumerate_devices() {
  const auto factory = make_factory();
  std::vector<DeviceInfo> devices;
  for (const auto& adapter : adapters_of(*factory)) {
    DXGI_ADAPTER_DESC1 desc{};
    if (FAILED(adapter->GetDesc1(&desc))) continue;
    DeviceInfo device;
    device.index = static_cast<int>(devices.size());
    device.name = win32::to_utf8(desc.Description);
    device.vendor_id = desc.VendorId;
    device.luid = luid_text(desc.AdapterLuid);
    device.memory_bytes = desc.DedicatedVideoMemory;
    for_each_output(*adapter,
                    [&](const win32::ComPtr<IDXGIOutput>&, const DXGI_OUTPUT_DESC& output) {
                      device.outputs.push_back(win32::to_utf8(output.DeviceName));
                    });
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace rustcam::dda
