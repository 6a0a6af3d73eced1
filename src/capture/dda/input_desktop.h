// The desktop that receives the user's input, which is the one that can be duplicated.
#pragma once

#include <windows.h>

namespace rustcam::dda {

/// Attaches the calling thread to it while this lives, if it is another than the thread's own
/// and the system allows that. Must be destroyed on the same thread, after everything that was
/// opened meanwhile.
class InputDesktop {
 public:
  InputDesktop() noexcept;
  ~InputDesktop();
  InputDesktop(const InputDesktop&) = delete;
  InputDesktop& operator=(const InputDesktop&) = delete;

 private:
  HDESK before_ = nullptr;
  HDESK desktop_ = nullptr;
};

}  // namespace rustcam::dda
