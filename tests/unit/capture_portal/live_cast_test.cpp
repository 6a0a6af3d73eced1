#include "capture/portal/live_cast.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

#include "capture/portal/loss_book.h"

using namespace rustcam;
using namespace rustcam::portal;

TEST_CASE("the pointer is told apart if that can be, and left out if nobody wants it") {
  const auto best = [](std::uint32_t modes, bool wanted) {
    return best_cursor_mode(Abilities{.version = 4, .source_types = 1, .cursor_modes = modes},
                            wanted);
  };
  CHECK(best(7, true) == CursorMode::metadata);
  CHECK(best(3, true) == CursorMode::embedded);
  CHECK(best(1, true) == CursorMode::hidden);
  CHECK(best(7, false) == CursorMode::hidden);
  CHECK(best(6, false) == CursorMode::metadata);
  CHECK(best(2, false) == CursorMode::embedded);
  CHECK_FALSE(best(0, true));
  CHECK_FALSE(best(8, false));
}

TEST_CASE("a cast that the desktop ends again soon is meant") {
  const TimePoint start{};
  LossBook book;
  book.begun(start);
  book.desktop_ended_it(start + std::chrono::seconds(1));
  CHECK_FALSE(book.meant());
  book.begun(start + std::chrono::seconds(2));
  SUBCASE("soon") {
    book.desktop_ended_it(start + std::chrono::seconds(11));
    CHECK(book.meant());
  }
  SUBCASE("later") {
    book.desktop_ended_it(start + std::chrono::seconds(13));
    CHECK_FALSE(book.meant());
    book.begun(start + std::chrono::seconds(14));
    book.desktop_ended_it(start + std::chrono::seconds(15));
    CHECK(book.meant());
  }
}
