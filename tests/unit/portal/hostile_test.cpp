#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "capture/portal/conversation.h"
#include "lying_portal.h"
#include "portal_bed.h"

namespace rustcam::portal {
namespace {

using test::LyingPortal;
using test::PrivateBus;
using test::Served;
using Lie = LyingPortal::Lie;

const Patience long_patience{test::plenty, {}};

Cast cast_of(Lie lie) {
  const PrivateBus bus;
  const Served<LyingPortal> portal(std::make_unique<LyingPortal>(lie));
  Conversation conversation(long_patience);
  return conversation.start({}, long_patience);
}

TEST_CASE("the first of several streams is taken, and what nobody knows is passed over") {
  const Cast cast = cast_of(Lie::none);
  CHECK(cast.node == 7);
  CHECK(cast.size == Size{640, 360});
  CHECK(cast.serial == std::optional<std::uint64_t>(70));
  CHECK(cast.restore_token == "token");
}

TEST_CASE("an answer is taken from the path that the portal makes up") {
  CHECK(cast_of(Lie::other_request).node == 7);
}

TEST_CASE("a portal without screen casts is told apart from none") {
  for (const Lie lie : {Lie::no_screen_cast, Lie::version_type})
    CHECK_THROWS_WITH_AS(cast_of(lie), doctest::Contains("casts no screens"), DeviceError);
}

TEST_CASE("replies that make no sense are refusals, and name the step") {
  for (const Lie lie :
       {Lie::request_type, Lie::session_missing, Lie::session_type, Lie::session_path}) {
    CAPTURE(static_cast<int>(lie));
    CHECK_THROWS_WITH_AS(cast_of(lie), doctest::Contains("CreateSession"), DuplicationError);
  }
  for (const Lie lie :
       {Lie::response_type, Lie::streams_missing, Lie::streams_empty, Lie::streams_type}) {
    CAPTURE(static_cast<int>(lie));
    CHECK_THROWS_WITH_AS(cast_of(lie), doctest::Contains("Start"), DuplicationError);
  }
}

TEST_CASE("properties of a stream that make no sense are not known") {
  for (const Lie lie : {Lie::stream_properties, Lie::stream_size}) {
    CAPTURE(static_cast<int>(lie));
    const Cast cast = cast_of(lie);
    CHECK(cast.node == 7);
    CHECK_FALSE(cast.size);
    CHECK_FALSE(cast.position);
    CHECK_FALSE(cast.serial);
    CHECK(cast.restore_token.empty());
  }
}

TEST_CASE("what is no connection to PipeWire is refused") {
  const PrivateBus bus;
  const Served<LyingPortal> portal(std::make_unique<LyingPortal>(Lie::remote_type));
  Conversation conversation(long_patience);
  conversation.start({}, long_patience);
  CHECK_THROWS_WITH_AS(conversation.open_remote(long_patience),
                       doctest::Contains("OpenPipeWireRemote"), DuplicationError);
}

}  // namespace
}  // namespace rustcam::portal
