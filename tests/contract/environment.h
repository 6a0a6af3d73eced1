// Environment variables for the length of a test.
#pragma once

#include <memory>
#include <string>

namespace rustcam::test {

/// Sets an environment variable, and puts the old value back at the end.
class Environment {
 public:
  Environment(const char* name, const char* value);  ///< null: unset
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::string name_;
  std::unique_ptr<std::string> before_;
};

}  // namespace rustcam::test
