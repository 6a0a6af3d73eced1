#include <doctest/doctest.h>
#include <windows.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "platform/signals.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

/// The hidden window of this process that is told of the session's end.
HWND session_window() {
  for (int tries = 0; tries < 500; ++tries) {
    for (HWND w = ::FindWindowExW(nullptr, nullptr, L"rustcam-end-signals", nullptr); w != nullptr;
         w = ::FindWindowExW(nullptr, w, L"rustcam-end-signals", nullptr)) {
      DWORD process = 0;
      ::GetWindowThreadProcessId(w, &process);
      if (process == ::GetCurrentProcessId()) return w;
    }
    std::this_thread::sleep_for(20ms);
  }
  return nullptr;
}

bool reaches(const EndSignals& signals, int count) {
  for (int tries = 0; tries < 500 && signals.count() < count; ++tries)
    std::this_thread::sleep_for(10ms);
  return signals.count() == count;
}

}  // namespace

TEST_CASE("a request to close counts, as taskkill sends it") {
  EndSignals signals;
  CHECK(signals.count() == 0);
  const HWND window = session_window();
  REQUIRE(window != nullptr);
  CHECK(::IsWindowVisible(window) == FALSE);
  ::PostMessageW(window, WM_CLOSE, 0, 0);
  CHECK(reaches(signals, 1));
}

TEST_CASE("the session's end counts, and is held up until everything is finished") {
  std::jthread session;
  std::atomic<bool> answered{false};
  {
    EndSignals signals;
    const HWND window = session_window();
    REQUIRE(window != nullptr);
    CHECK(::SendMessageW(window, WM_QUERYENDSESSION, 0, 0) == TRUE);
    CHECK(signals.count() == 0);
    session = std::jthread([&, window] {
      ::SendMessageW(window, WM_ENDSESSION, TRUE, 0);
      answered = true;
    });
    CHECK(reaches(signals, 1));
    std::this_thread::sleep_for(50ms);
    CHECK_FALSE(answered);
  }
  session.join();
  CHECK(answered);
}

TEST_CASE("signals can be watched again") {
  for (int i = 0; i < 3; ++i) {
    EndSignals signals;
    CHECK(signals.count() == 0);
  }
}
