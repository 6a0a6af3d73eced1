#include "platform/shared_library_posix.h"

#include <dlfcn.h>

#include "base/error.h"

namespace rustcam {

SharedLibrary::SharedLibrary(const std::vector<std::string>& file_names, const std::string& purpose,
                             const std::string& package)
    : file_name_(file_names.front()) {
  for (const std::string& name : file_names) {
    handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) {
      file_name_ = name;
      return;
    }
  }
  throw DeviceError(purpose + " needs " + file_name_ +
                    ", which cannot be loaded; install it (Debian: " + package + ")");
}

void* SharedLibrary::address_of(const char* name) const {
  void* address = dlsym(handle_, name);
  if (address == nullptr)
    throw DeviceError(file_name_ + " is too old: it has no " + name + "; install a newer one");
  return address;
}

}  // namespace rustcam
