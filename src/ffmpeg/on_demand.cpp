// Loads FFmpeg's libraries when one of their functions is called for the first time. They bring
// some hundred others along, which takes longer than a whole screenshot does that needs none of
// them.
#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

extern "C" {
#include <libavcodec/version.h>
#include <libavformat/version.h>
#include <libavutil/macros.h>
#include <libavutil/version.h>
#include <libswresample/version.h>
#include <libswscale/version.h>
}

#include "base/error.h"

namespace {

/// What a stub (stubs_x86_64.S) knows of its function.
struct StubEntry {
  void** slot;  ///< where the stub jumps to
  const char* name;
  std::size_t library;
};

/// In the order of the stubs' numbers; of the versions whose headers this was compiled with.
constexpr std::array libraries{"libavutil.so." AV_STRINGIFY(LIBAVUTIL_VERSION_MAJOR),
                               "libavcodec.so." AV_STRINGIFY(LIBAVCODEC_VERSION_MAJOR),
                               "libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR),
                               "libswresample.so." AV_STRINGIFY(LIBSWRESAMPLE_VERSION_MAJOR),
                               "libswscale.so." AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR)};

[[noreturn]] void fail() {
  const char* reason = dlerror();
  throw rustcam::MediaError(std::string("cannot load FFmpeg: ") +
                            (reason != nullptr ? reason : "unknown") +
                            "; install the FFmpeg libraries that this program was built with");
}

}  // namespace

/// Called by the stubs, by any thread, even by several for one function at a time: all find the
/// same. The libraries stay loaded to the end. Throws MediaError.
extern "C" void* rustcam_find_ffmpeg_function(const StubEntry* entry) {
  void* library = dlopen(libraries.at(entry->library), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) fail();
  void* function = dlsym(library, entry->name);
  if (function == nullptr) fail();
  std::atomic_ref(*entry->slot).store(function, std::memory_order_release);
  return function;
}
