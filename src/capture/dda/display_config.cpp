#include "capture/dda/display_config.h"

#include <windows.h>

#include <utility>

#include "platform/support_win32.h"

namespace rustcam::dda {

namespace {

/// DISPLAYCONFIG_SDR_WHITE_LEVEL, which older headers lack (Windows 10 1709 and later answer it).
struct SdrWhiteLevel {
  DISPLAYCONFIG_DEVICE_INFO_HEADER header;
  ULONG level;  ///< thousandths of 80 nits
};
constexpr int get_sdr_white_level = 11;

template <typename Request>
bool ask(Request& request, int type, LUID adapter, UINT32 id) {
  request.header.type = static_cast<DISPLAYCONFIG_DEVICE_INFO_TYPE>(type);
  request.header.size = sizeof request;
  request.header.adapterId = adapter;
  request.header.id = id;
  return ::DisplayConfigGetDeviceInfo(&request.header) == ERROR_SUCCESS;
}

std::optional<double> sdr_white_nits(LUID adapter, UINT32 id) {
  SdrWhiteLevel request{};
  if (!ask(request, get_sdr_white_level, adapter, id) || request.level == 0) return std::nullopt;
  return request.level * 80.0 / 1000.0;
}

std::vector<DISPLAYCONFIG_PATH_INFO> active_paths() {
  for (int tries = 0; tries < 3; ++tries) {  // the configuration may grow between the two calls
    UINT32 path_count = 0;
    UINT32 mode_count = 0;
    if (::GetDisplayConfigBufferSizes(QDC_ONLY_ACTIVE_PATHS, &path_count, &mode_count) !=
        ERROR_SUCCESS)
      break;
    std::vector<DISPLAYCONFIG_PATH_INFO> paths(path_count);
    std::vector<DISPLAYCONFIG_MODE_INFO> modes(mode_count);
    const LONG result = ::QueryDisplayConfig(QDC_ONLY_ACTIVE_PATHS, &path_count, paths.data(),
                                             &mode_count, modes.data(), nullptr);
    if (result == ERROR_INSUFFICIENT_BUFFER) continue;
    if (result != ERROR_SUCCESS) break;
    paths.resize(path_count);
    return paths;
  }
  return {};
}

}  // namespace

std::vector<Monitor> active_monitors() {
  std::vector<Monitor> monitors;
  for (const DISPLAYCONFIG_PATH_INFO& path : active_paths()) {
    DISPLAYCONFIG_SOURCE_DEVICE_NAME source{};
    if (!ask(source, DISPLAYCONFIG_DEVICE_INFO_GET_SOURCE_NAME, path.sourceInfo.adapterId,
             path.sourceInfo.id))
      continue;
    Monitor monitor;
    monitor.gdi_name = win32::to_utf8(source.viewGdiDeviceName);
    DISPLAYCONFIG_TARGET_DEVICE_NAME target{};
    if (ask(target, DISPLAYCONFIG_DEVICE_INFO_GET_TARGET_NAME, path.targetInfo.adapterId,
            path.targetInfo.id)) {
      monitor.path = win32::to_utf8(target.monitorDevicePath);
      monitor.model = win32::to_utf8(target.monitorFriendlyDeviceName);
    }
    const DISPLAYCONFIG_RATIONAL& rate = path.targetInfo.refreshRate;
    if (rate.Numerator > 0 && rate.Denominator > 0)
      monitor.refresh_hz = static_cast<double>(rate.Numerator) / rate.Denominator;
    monitor.sdr_white_nits = sdr_white_nits(path.targetInfo.adapterId, path.targetInfo.id);
    monitors.push_back(std::move(monitor));
  }
  return monitors;
}

Monitor monitor_by_gdi_name(const std::string& gdi_name) {
  const std::wstring name = win32::to_wide(gdi_name);
  Monitor monitor;
  monitor.gdi_name = gdi_name;
  DISPLAY_DEVICEW device{};
  device.cb = sizeof device;
  if (::EnumDisplayDevicesW(name.c_str(), 0, &device, EDD_GET_DEVICE_INTERFACE_NAME) != FALSE) {
    monitor.path = win32::to_utf8(device.DeviceID);
    monitor.model = win32::to_utf8(device.DeviceString);
  }
  DEVMODEW mode{};
  mode.dmSize = sizeof mode;
  // 0 and 1 stand for "the hardware's default".
  if (::EnumDisplaySettingsW(name.c_str(), ENUM_CURRENT_SETTINGS, &mode) != FALSE &&
      mode.dmDisplayFrequency > 1)
    monitor.refresh_hz = mode.dmDisplayFrequency;
  return monitor;
}

}  // namespace rustcam::dda
