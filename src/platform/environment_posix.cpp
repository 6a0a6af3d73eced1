#include <cstdlib>

#include "platform/environment.h"

namespace rustcam {

void default_environment(const std::string& name, const std::string& value) {
  setenv(name.c_str(), value.c_str(), 0);  // NOLINT(concurrency-mt-unsafe): said in the header
}

}  // namespace rustcam
