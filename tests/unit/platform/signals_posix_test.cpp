#include <doctest/doctest.h>

#include <csignal>
#include <initializer_list>

#include "platform/signals.h"

using namespace rustcam;

namespace {
volatile std::sig_atomic_t seen_by_old_handler = 0;
extern "C" void old_handler(int) {
  seen_by_old_handler = 1;
}
}  // namespace

TEST_CASE("requests to end are counted, and old handlers come back") {
  std::signal(SIGTERM, old_handler);
  {
    EndSignals signals;
    CHECK(signals.count() == 0);
    std::raise(SIGINT);
    CHECK(signals.count() == 1);
    std::raise(SIGTERM);
    CHECK(signals.count() == 2);
    CHECK(seen_by_old_handler == 0);
  }
  std::raise(SIGTERM);
  CHECK(seen_by_old_handler == 1);
  std::signal(SIGTERM, SIG_DFL);
}

TEST_CASE("once asked to end, a process is not killed by being asked again") {
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, SIG_DFL);
  {
    EndSignals signals;
    std::raise(SIGINT);
  }
  std::raise(SIGINT);
  std::raise(SIGTERM);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
  { const EndSignals unasked; }
  const bool back = std::signal(SIGINT, SIG_DFL) == SIG_DFL;
  CHECK(back);
}

TEST_CASE("each object counts from zero") {
  {
    EndSignals signals;
    std::raise(SIGINT);
  }
  EndSignals signals;
  CHECK(signals.count() == 0);
}

TEST_CASE("an ignored signal stays ignored") {
  std::signal(SIGHUP, SIG_IGN);
  {
    EndSignals signals;
    std::raise(SIGHUP);
    CHECK(signals.count() == 0);
  }
  const bool still_ignored = std::signal(SIGHUP, SIG_DFL) == SIG_IGN;
  CHECK(still_ignored);
}

TEST_CASE("a closed pipe does not kill") {
  EndSignals signals;
  std::raise(SIGPIPE);
  CHECK(signals.count() == 0);
}
