// The layer's way into the process and out of it. Reads RUSTCAM_LAYER (config.h); writes its report
// to the file RUSTCAM_LAYER_REPORT when the process ends; signals the event RUSTCAM_LAYER_READY
// once it is in place.
#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "hooks.h"
#include "state.h"

namespace layer {
namespace {

std::unique_ptr<State>& holder() {
  static std::unique_ptr<State> it;
  return it;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

DWORD WINAPI install(void*) {
  const std::string ready = variable("RUSTCAM_LAYER_READY");
  if (!install_hooks()) std::fputs("duplication layer: DXGI has no adapter here\n", stderr);
  if (HANDLE event = OpenEventA(EVENT_MODIFY_STATE, FALSE, ready.c_str())) {
    SetEvent(event);
    CloseHandle(event);
  }
  return 0;
}

void write_report() {
  const std::string path = variable("RUSTCAM_LAYER_REPORT");
  if (path.empty()) return;
  const std::string text = holder()->report.json() + "\n";
  HANDLE file = CreateFileA(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) return;
  DWORD written = 0;
  WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
  CloseHandle(file);
}

}  // namespace

State& state() {
  return *holder();
}

}  // namespace layer

extern "C" BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    try {
      layer::holder() =
          std::make_unique<layer::State>(layer::parse_config(layer::variable("RUSTCAM_LAYER")));
    } catch (const std::exception& e) {
      std::fprintf(stderr, "duplication layer: RUSTCAM_LAYER: %s\n", e.what());
      return FALSE;
    }
    CloseHandle(CreateThread(nullptr, 0, &layer::install, nullptr, 0, nullptr));
  } else if (reason == DLL_PROCESS_DETACH) {
    layer::write_report();
  }
  return TRUE;
}
