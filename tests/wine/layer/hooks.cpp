#include "hooks.h"

#include <d3d11.h>
#include <dxgi1_6.h>
#include <windows.h>

#include <cstdint>
#include <cstring>

#include "cpu_copies.h"
#include "output.h"
#include "state.h"
#include "video_interfaces.h"
#include "vtable.h"

namespace layer {
namespace {

using EnumOutputs = HRESULT STDMETHODCALLTYPE(IDXGIAdapter*, UINT, IDXGIOutput**);

using GetDeviceInfo = LONG(WINAPI*)(DISPLAYCONFIG_DEVICE_INFO_HEADER*);

struct Originals {
  EnumOutputs* enum_outputs = nullptr;
  PFN_D3D11_CREATE_DEVICE create_device = nullptr;
  GetDeviceInfo get_device_info = nullptr;
  decltype(&GetProcAddress) get_proc_address = nullptr;
};

Originals& originals() {
  static Originals all;
  return all;
}

/// Wine enumerates outputs for itself too, and then takes them for objects of its own.
bool is_in_program(const void* address) {
  HMODULE module = nullptr;
  return GetModuleHandleExW(
             GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
             static_cast<LPCWSTR>(address), &module) &&
         module == GetModuleHandleW(nullptr);
}

HRESULT STDMETHODCALLTYPE enum_outputs(IDXGIAdapter* adapter, UINT index, IDXGIOutput** out) {
  if (!is_in_program(__builtin_return_address(0)))
    return originals().enum_outputs(adapter, index, out);
  Com<IDXGIOutput> first;
  originals().enum_outputs(adapter, 0, first.put());
  return enumerate(index, query<IDXGIOutput6>(first.get()), out);
}

HRESULT WINAPI create_device(IDXGIAdapter* adapter, D3D_DRIVER_TYPE type, HMODULE software,
                             UINT flags, const D3D_FEATURE_LEVEL* levels, UINT level_count,
                             UINT sdk, ID3D11Device** device, D3D_FEATURE_LEVEL* level,
                             ID3D11DeviceContext** context) {
  state().report.count("create_device");
  if (adapter && type != D3D_DRIVER_TYPE_UNKNOWN) {
    state().report.violation("D3D11CreateDevice with an adapter and a driver type");
    return E_INVALIDARG;
  }
  Com<ID3D11Device> made;
  const HRESULT hr = originals().create_device(adapter, type, software, flags, levels, level_count,
                                               sdk, made.put(), level, context);
  if (FAILED(hr)) return hr;
  Com<ID3D11DeviceContext> immediate;
  made->GetImmediateContext(immediate.put());
  answer_for_video(made.get(), immediate.get());
  count_cpu_copies(made.get(), immediate.get());
  if (device) *device = made.detach();
  return hr;
}

/// Programs that find Direct3D at run time, as FFmpeg does.
FARPROC WINAPI get_proc_address(HMODULE module, const char* name) {
  const FARPROC found = originals().get_proc_address(module, name);
  const bool is_number = reinterpret_cast<std::uintptr_t>(name) <= 0xFFFF;
  if (!found || is_number || std::strcmp(name, "D3D11CreateDevice") != 0) return found;
  originals().create_device =
      reinterpret_cast<PFN_D3D11_CREATE_DEVICE>(reinterpret_cast<void*>(found));
  return reinterpret_cast<FARPROC>(reinterpret_cast<void*>(&create_device));
}

/// DISPLAYCONFIG_SDR_WHITE_LEVEL, which Wine does not answer: thousandths of 80 nits.
LONG WINAPI get_device_info(DISPLAYCONFIG_DEVICE_INFO_HEADER* header) {
  struct SdrWhiteLevel {
    DISPLAYCONFIG_DEVICE_INFO_HEADER header;
    ULONG level;
  };
  const double nits = state().config.hdr_nits;
  if (header->type != DISPLAYCONFIG_DEVICE_INFO_GET_SDR_WHITE_LEVEL || nits <= 0 ||
      state().config.no_white_level)
    return originals().get_device_info(header);
  reinterpret_cast<SdrWhiteLevel*>(header)->level = static_cast<ULONG>(nits / 80 * 1000 + 0.5);
  return ERROR_SUCCESS;
}

/// The place in the program's import table that holds `function` of `module`.
void** import_slot(const char* module, const char* function) {
  auto* base = reinterpret_cast<std::uint8_t*>(GetModuleHandleW(nullptr));
  const auto* dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
  const auto* nt = reinterpret_cast<const IMAGE_NT_HEADERS64*>(base + dos->e_lfanew);
  const auto& directory = nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  if (directory.VirtualAddress == 0) return nullptr;
  const auto* import =
      reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(base + directory.VirtualAddress);
  for (; import->Name != 0; ++import) {
    if (_stricmp(reinterpret_cast<const char*>(base + import->Name), module) != 0) continue;
    const auto* name =
        reinterpret_cast<const IMAGE_THUNK_DATA64*>(base + import->OriginalFirstThunk);
    auto* slot = reinterpret_cast<void**>(base + import->FirstThunk);
    for (; name->u1.AddressOfData != 0; ++name, ++slot) {
      if (name->u1.Ordinal & IMAGE_ORDINAL_FLAG64) continue;
      const auto* by_name =
          reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(base + name->u1.AddressOfData);
      if (std::strcmp(reinterpret_cast<const char*>(by_name->Name), function) == 0) return slot;
    }
  }
  return nullptr;
}

template <typename Function>
void replace_import(const char* module, const char* name, Function* mine, Function*& original) {
  void** slot = import_slot(module, name);
  if (!slot) return;
  original = reinterpret_cast<Function*>(*slot);
  write_pointer(slot, reinterpret_cast<void*>(mine));
}

}  // namespace

bool install_hooks() {
  Com<IDXGIFactory1> factory;
  if (FAILED(CreateDXGIFactory1(__uuidof(IDXGIFactory1), reinterpret_cast<void**>(factory.put()))))
    return false;
  Com<IDXGIAdapter> adapter;
  if (FAILED(factory->EnumAdapters(0, adapter.put()))) return false;
  replace_method(adapter.get(), &IDXGIAdapter::EnumOutputs, &enum_outputs,
                 originals().enum_outputs);
  replace_import("d3d11.dll", "D3D11CreateDevice", &create_device, originals().create_device);
  replace_import("kernel32.dll", "GetProcAddress", &get_proc_address, originals().get_proc_address);
  replace_import("user32.dll", "DisplayConfigGetDeviceInfo", &get_device_info,
                 originals().get_device_info);
  return true;
}

}  // namespace layer
