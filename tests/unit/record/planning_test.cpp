#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>

#include "media/open_sink.h"
#include "pacing/listening.h"
#include "pacing/read_lead.h"
#include "pacing/slot_schedule.h"
#include "record/warnings.h"

using namespace rustcam;
using namespace std::chrono_literals;

TEST_CASE("the read lead follows the cost of reading, up to half a slot") {
  ReadLead lead(16ms);
  CHECK(lead.allowance() == 2ms);
  for (int i = 0; i < 32; ++i) lead.took(1ms);
  CHECK(lead.allowance() > 1ms);
  CHECK(lead.allowance() < 2ms);
  for (int i = 0; i < 2; ++i) lead.took(30ms);  // two outliers in 32
  CHECK(lead.allowance() < 2ms);
  for (int i = 0; i < 10; ++i) lead.took(30ms);
  CHECK(lead.allowance() == 8ms);
  for (int i = 0; i < 32; ++i) lead.took(-1ms);
  CHECK(lead.allowance() < 1ms);
}

TEST_CASE("few updates are listened for all the time") {
  Listening listening;
  for (int slot = 0; slot < 1000; ++slot) {
    CHECK_FALSE(listening.window(16ms));
    listening.slot_done(1);
  }
}

TEST_CASE("many updates are listened for one screen period in each slot") {
  Listening listening;
  int full = 0;
  int brief = 0;
  for (int slot = 0; slot < 3200; ++slot) {
    const auto window = listening.window(2ms);
    if (window) {
      CHECK(*window > 1ms);
      CHECK(*window < 2ms);
      listening.slot_done(1);
      ++brief;
    } else {
      listening.slot_done(8);
      ++full;
    }
  }
  CHECK(full * 10 < brief);
  CHECK(full > 100);
}

TEST_CASE("presents that are no longer where they were are looked for again") {
  Listening listening;
  while (!listening.window(2ms)) listening.slot_done(5);
  for (int slot = 0; slot < 30; ++slot) {
    CHECK(listening.window(2ms));
    listening.slot_done(slot % 5 == 0 ? 1 : 0);
  }
  CHECK_FALSE(listening.window(2ms));
}

TEST_CASE("without a known period nothing is listened for between") {
  Listening listening;
  while (!listening.window(std::nullopt)) listening.slot_done(5);
  CHECK(listening.window(std::nullopt) == Duration::zero());
}

TEST_CASE("a slow encoder's warning names the next faster preset") {
  EncoderReport report;
  report.name = "libx264";
  report.preset = "veryslow";
  CHECK(encoder_slow_warning(report).code == "encoder_slow");
  CHECK(encoder_slow_warning(report).hint.find("--preset slower") != std::string::npos);
  report.preset = "p4";
  CHECK(encoder_slow_warning(report).hint.find("--preset p3") != std::string::npos);
  for (const char* fastest : {"ultrafast", "p1", "unheard-of"}) {
    report.preset = fastest;
    CHECK(encoder_slow_warning(report).hint.find("--preset") == std::string::npos);
  }
}
