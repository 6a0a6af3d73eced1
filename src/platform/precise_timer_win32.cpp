#include "platform/precise_timer.h"

// clang-format off
#include <windows.h>
#include <timeapi.h>
// clang-format on

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "base/error.h"
#include "platform/support_win32.h"

namespace rustcam {

namespace {

/// Windows 10 1803 and later; older systems refuse the flag.
constexpr DWORD high_resolution = 0x00000002;
/// The last part of a sleep is spent looking at the clock, since even a high-resolution timer wakes
/// up to half a millisecond late. Bounded, so that 60 sleeps a second cost under 2 % of a core.
constexpr Duration spin_limit = std::chrono::microseconds(250);

win32::Handle checked(HANDLE handle, const char* what) {
  if (handle == nullptr)
    throw Error(std::string("cannot make a ") + what + ": " + win32::message_of(::GetLastError()),
                win32::code_text(::GetLastError()));
  return win32::Handle(handle);
}

}  // namespace

struct PreciseTimer::Impl {
  win32::Handle timer;
  win32::Handle stopped;
  bool coarse = false;

  Impl() : stopped(checked(::CreateEventW(nullptr, FALSE, FALSE, nullptr), "wake-up event")) {
    timer = win32::Handle(
        ::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_ALL_ACCESS));
    if (!timer) {
      timer = checked(::CreateWaitableTimerExW(nullptr, nullptr, 0, TIMER_ALL_ACCESS), "timer");
      coarse = ::timeBeginPeriod(1) == TIMERR_NOERROR;
    }
  }
  ~Impl() {
    if (coarse) ::timeEndPeriod(1);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void wait(Duration time) {
    LARGE_INTEGER due{};
    due.QuadPart = -std::max<LONGLONG>(1, time.count() / 100);  // relative, in 100 ns
    ::SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, FALSE);
    const std::array<HANDLE, 2> handles{timer.get(), stopped.get()};
    ::WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, INFINITE);
  }
};

PreciseTimer::PreciseTimer() : impl_(std::make_unique<Impl>()) {}

PreciseTimer::~PreciseTimer() = default;

bool PreciseTimer::sleep_until(TimePoint deadline, std::stop_token stop) {
  ::ResetEvent(impl_->stopped.get());  // a stop of the last token must not end this sleep
  const std::stop_callback wake(stop, [this] { ::SetEvent(impl_->stopped.get()); });
  for (Duration left = deadline - now(); left > Duration::zero(); left = deadline - now()) {
    if (stop.stop_requested()) return false;
    if (left > spin_limit)
      impl_->wait(left - spin_limit);
    else
      ::YieldProcessor();
  }
  return !stop.stop_requested();
}

}  // namespace rustcam
