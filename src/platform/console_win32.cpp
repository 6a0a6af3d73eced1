#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <cstdio>
#include <utility>

#include "platform/console.h"

namespace rustcam {

namespace {

bool is_console(DWORD stream) {
  DWORD mode = 0;
  return ::GetConsoleMode(::GetStdHandle(stream), &mode) != FALSE;
}

}  // namespace

bool stdout_is_terminal() {
  return is_console(STD_OUTPUT_HANDLE);
}

bool stderr_is_terminal() {
  return is_console(STD_ERROR_HANDLE);
}

int stderr_columns() {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  if (::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info) == FALSE) return 80;
  const int columns = info.srWindow.Right - info.srWindow.Left + 1;
  return columns > 0 ? columns : 80;
}

void set_stdout_binary() {
  std::fflush(stdout);
  ::_setmode(::_fileno(stdout), _O_BINARY);
}

struct KeyReader::Impl {
  HANDLE input = nullptr;
  DWORD before = 0;
};

KeyReader::KeyReader() {
  auto impl = std::make_unique<Impl>();
  impl->input = ::GetStdHandle(STD_INPUT_HANDLE);
  if (::GetConsoleMode(impl->input, &impl->before) == FALSE) return;
  const DWORD single = impl->before & ~static_cast<DWORD>(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT);
  if (::SetConsoleMode(impl->input, single) != FALSE) impl_ = std::move(impl);
}

KeyReader::~KeyReader() {
  if (impl_) ::SetConsoleMode(impl_->input, impl_->before);
}

/// The mode stays: Windows stops nobody for a while.
void KeyReader::read_single_keys() {}

std::optional<char> KeyReader::poll() {
  if (!impl_) return std::nullopt;
  DWORD waiting = 0;
  while (::GetNumberOfConsoleInputEvents(impl_->input, &waiting) != FALSE && waiting > 0) {
    INPUT_RECORD event{};
    DWORD taken = 0;
    if (::ReadConsoleInputW(impl_->input, &event, 1, &taken) == FALSE || taken == 0) break;
    const wchar_t key = event.Event.KeyEvent.uChar.UnicodeChar;
    if (event.EventType == KEY_EVENT && event.Event.KeyEvent.bKeyDown != FALSE && key > 0 &&
        key < 0x80)
      return static_cast<char>(key);
  }
  return std::nullopt;
}

}  // namespace rustcam
