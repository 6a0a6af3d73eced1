// A shared library that is loaded when it is first needed, so that the program starts without it.
#pragma once

#include <string>
#include <vector>

namespace rustcam {

/// Stays loaded to the program's end.
class SharedLibrary {
 public:
  /// Takes the first of `file_names` that is there. `purpose` and `package` are for whoever lacks
  /// all: "sound", "libpulse0". Throws DeviceError.
  SharedLibrary(const std::vector<std::string>& file_names, const std::string& purpose,
                const std::string& package);

  /// Throws DeviceError if it has no function of this name.
  template <typename Function>
  void find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(address_of(name));
  }

 private:
  void* address_of(const char* name) const;

  std::string file_name_;
  void* handle_ = nullptr;
};

}  // namespace rustcam
