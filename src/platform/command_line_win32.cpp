// shellapi.h needs windows.h before it.
// clang-format off
#include <windows.h>
#include <shellapi.h>
// clang-format on

#include <cstddef>
#include <memory>

#include "platform/command_line.h"
#include "platform/support_win32.h"

namespace rustcam {

std::vector<std::string> utf8_arguments(int argc, const char* const* argv) {
  int count = 0;
  const std::unique_ptr<wchar_t*[], decltype(&::LocalFree)> wide(
      ::CommandLineToArgvW(::GetCommandLineW(), &count), &::LocalFree);
  if (!wide) return {argv, argv + argc};
  std::vector<std::string> arguments;
  for (int i = 0; i < count; ++i)
    arguments.push_back(win32::to_utf8(wide[static_cast<std::size_t>(i)]));
  return arguments;
}

}  // namespace rustcam
