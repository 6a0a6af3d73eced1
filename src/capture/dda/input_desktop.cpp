#include "capture/dda/input_desktop.h"

#include <array>
#include <cwchar>

namespace rustcam::dda {

namespace {

using Name = std::array<wchar_t, 256>;

Name name_of(HDESK desktop) {
  Name name{};
  ::GetUserObjectInformationW(desktop, UOI_NAME, name.data(), sizeof name - sizeof name[0],
                              nullptr);
  return name;
}

}  // namespace

InputDesktop::InputDesktop() noexcept : before_(::GetThreadDesktop(::GetCurrentThreadId())) {
  desktop_ = ::OpenInputDesktop(0, FALSE, GENERIC_ALL);
  if (desktop_ == nullptr) return;
  if (name_of(desktop_) != name_of(before_) && ::SetThreadDesktop(desktop_) != FALSE) return;
  ::CloseDesktop(desktop_);
  desktop_ = nullptr;
}

InputDesktop::~InputDesktop() {
  if (desktop_ == nullptr) return;
  ::SetThreadDesktop(before_);
  ::CloseDesktop(desktop_);
}

}  // namespace rustcam::dda
