#include "platform/shared_library_posix.h"

#include <dlfcn.h>

#include "base/error.h"

namespace rustcam {

SharedLibrary::SharedLibrary(const std::string& file_name, const std::string& purpose,
                             const std::string& package)
    : file_name_(file_name), handle_(dlopen(file_name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr)
    throw DeviceError(purpose + " needs " + file_name +
                      ", which cannot be loaded; install it (Debian: " + package + ")");
}

void* SharedLibrary::address_of(const char* name) const {
  void* address = dlsym(handle_, name);
  if (address == nullptr)
    throw DeviceError(file_name_ + " is too old: it has no " + name + "; install a newer one");
  return address;
}

}  // namespace rustcam
