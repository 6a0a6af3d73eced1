#include "measure/wake_watch.h"

#include <algorithm>
#include <chrono>

#include "platform/precise_timer.h"
#include "platform/start_thread.h"

namespace rustcam {

namespace {
using namespace std::chrono_literals;
constexpr Duration pause = 10ms;
constexpr Duration late = 2ms;
}  // namespace

WakeWatch::WakeWatch()
    : thread_(start_thread([this](const std::stop_token& stop) { run(stop); })) {}

void WakeWatch::run(const std::stop_token& stop) {
  PreciseTimer timer;
  for (TimePoint due = now() + pause; timer.sleep_until(due, stop); due = now() + pause)
    lateness_.push_back(now() - due);
}

double WakeWatch::late_share() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  if (lateness_.empty()) return 0;
  const auto count =
      std::count_if(lateness_.begin(), lateness_.end(), [](Duration d) { return d > late; });
  return static_cast<double>(count) / static_cast<double>(lateness_.size());
}

}  // namespace rustcam
