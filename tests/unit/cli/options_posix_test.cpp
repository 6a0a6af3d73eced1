// Devices that every POSIX system has.
#include <doctest/doctest.h>

#include "cli/record.h"

using namespace rustcam;
using namespace rustcam::cli;

TEST_CASE("record: a pipe waits, and may be told to drop") {
  RecordArguments given;
  given.file = "/dev/null";
  given.format = "rawvideo";
  CHECK(check_record(given).record.on_full == OnFull::wait);
  given.on_full = "drop";
  CHECK(check_record(given).record.on_full == OnFull::drop);
}
