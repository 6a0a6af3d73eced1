#include "environment.h"

#include <cstdlib>
#include <memory>
#include <string>

namespace rustcam::test {

Environment::Environment(const char* name, const char* value) : name_(name) {
  if (const char* before = std::getenv(name)) before_ = std::make_unique<std::string>(before);
  if (value != nullptr)
    setenv(name, value, 1);
  else
    unsetenv(name);
}

Environment::~Environment() {
  if (before_)
    setenv(name_.c_str(), before_->c_str(), 1);
  else
    unsetenv(name_.c_str());
}

}  // namespace rustcam::test
