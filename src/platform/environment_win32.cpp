#include <cstdlib>

#include "platform/environment.h"

namespace rustcam {

void default_environment(const std::string& name, const std::string& value) {
  if (std::getenv(name.c_str()) == nullptr) _putenv_s(name.c_str(), value.c_str());
}

}  // namespace rustcam
