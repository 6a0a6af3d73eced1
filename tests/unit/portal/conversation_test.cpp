#include "capture/portal/conversation.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/error.h"
#include "portal_bed.h"

namespace rustcam::portal {
namespace {

using test::Desktop;
using test::PrivateBus;
using test::ScratchFolder;
using test::WithVariable;

const Patience patient{test::plenty, {}};
const Patience impatient{std::chrono::milliseconds(300), {}};

/// Until the cast has ended.
std::string wait_for_end(Conversation& conversation) {
  const TimePoint end = now() + test::plenty;
  while (now() < end) {
    if (const auto why = conversation.ended()) return *why;
    pollfd waiting{conversation.descriptor(), POLLIN, 0};
    poll(&waiting, 1, 100);
  }
  return {};
}

/// Requests a stop once `when` has returned.
template <typename When>
std::jthread stop_after(std::stop_source& source, When when) {
  return std::jthread([&source, when] {
    when();
    source.request_stop();
  });
}

TEST_CASE("what the portal can do is known without any dialogue") {
  const PrivateBus bus;
  Desktop desktop({5, 3, 1});
  {
    const Conversation conversation(patient);
    CHECK(conversation.abilities().version == 5);
    CHECK(conversation.abilities().cursor_modes == 3);
    CHECK(conversation.abilities().source_types == 1);
    CHECK_FALSE(conversation.abilities().has(CursorMode::metadata));
    CHECK_FALSE(conversation.abilities().has(SourceType::window));
  }
  CHECK(desktop.count_of("CreateSession") == 0);
}

TEST_CASE("a whole conversation: sources, the user's yes, the connection to PipeWire") {
  const PrivateBus bus;
  Desktop desktop({6, 7, 3});
  {
    Conversation conversation(patient);
    const Cast cast = conversation.start({SourceType::window, CursorMode::metadata, {}}, patient);
    CHECK(cast.node == 7);
    CHECK(cast.serial == std::optional<std::uint64_t>(70));
    CHECK(cast.position == Point{0, 0});
    CHECK(cast.size == Size{640, 360});
    CHECK(cast.restore_token == "token-1");
    const auto selected = desktop.wait_for("SelectSources");
    CHECK(selected.at("types") == 2);
    CHECK(selected.at("cursor_mode") == 4);
    CHECK(selected.at("persist_mode") == 2);
    CHECK(selected.at("restore_token") == "");
    CHECK(selected.at("multiple") == false);
    const UniqueFd remote = conversation.open_remote(patient);
    std::array<char, 6> text{};
    REQUIRE(read(remote.get(), text.data(), text.size()) == 6);
    CHECK(std::string(text.data(), text.size()) == "remote");
    CHECK((fcntl(remote.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_FALSE(conversation.ended());
    CHECK(desktop.count_of("Close") == 0);
  }
  desktop.wait_for("Close");
}

TEST_CASE("an old portal is not told of what it does not know") {
  const PrivateBus bus;
  Desktop desktop({3, 7, 3});
  Conversation conversation(patient);
  const Cast cast =
      conversation.start({SourceType::monitor, CursorMode::embedded, "token"}, patient);
  CHECK(cast.restore_token.empty());
  CHECK_FALSE(cast.serial);
  const auto selected = desktop.wait_for("SelectSources");
  CHECK(selected.at("persist_mode") == 0);
  CHECK(selected.at("restore_token") == "");
}

TEST_CASE("a cast begun anew ends the one before") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  conversation.start({}, patient);
  conversation.start({}, patient);
  desktop.wait_for("Close");
  CHECK_FALSE(conversation.ended());
}

TEST_CASE("a remembered choice asks nobody; one that is refused asks again") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  const Cast first = conversation.start({}, patient);
  CHECK(desktop.wait_for("Start").at("dialogue") == true);
  const Cast second =
      conversation.start({SourceType::monitor, CursorMode::metadata, first.restore_token}, patient);
  CHECK(desktop.wait_for("Start", 2).at("dialogue") == false);
  CHECK(second.restore_token != first.restore_token);
  for (const char* order : {"tokens refuse", "tokens error"}) {
    CAPTURE(order);
    desktop.order(order);
    const int sessions = desktop.count_of("CreateSession");
    const int starts = desktop.count_of("Start");
    const Cast again = conversation.start(
        {SourceType::monitor, CursorMode::metadata, second.restore_token}, patient);
    CHECK(again.node == 7);
    CHECK(desktop.wait_for("Start", starts + 1).at("dialogue") == true);
    CHECK(desktop.wait_for("SelectSources").at("restore_token") == "");
    CHECK(desktop.count_of("CreateSession") == sessions + 2);
  }
}

TEST_CASE("the user's no, and a desktop that fails, are told apart") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  desktop.order("answer cancel");
  CHECK_THROWS_WITH_AS(conversation.start({}, patient), doctest::Contains("cancelled"), Cancelled);
  desktop.wait_for("Close");
  CHECK(desktop.count_of("Start") == 1);
  desktop.order("answer fail");
  CHECK_THROWS_AS(conversation.start({}, patient), DuplicationError);
  desktop.order("answer allow");
  CHECK(conversation.start({}, patient).node == 7);
}

TEST_CASE("the user may take any time, longer than a portal's own answers") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  desktop.order("answer silent");
  const std::jthread user([&] {
    desktop.wait_for("Start");
    std::this_thread::sleep_for(2 * impatient.limit);
    desktop.order("answer allow");
  });
  // The other answers may be late on a busy machine.
  CHECK(conversation.start({}, {std::chrono::seconds(5), {}}).node == 7);
}

TEST_CASE("a stop closes the dialogue and the session") {
  const PrivateBus bus;
  Desktop desktop;
  desktop.order("answer silent");
  Conversation conversation(patient);
  std::stop_source stop;
  const auto stopper = stop_after(stop, [&] { desktop.wait_for("Start"); });
  CHECK_THROWS_AS(conversation.start({}, {test::plenty, stop.get_token()}), Interrupted);
  desktop.wait_for("CloseRequest");
  desktop.wait_for("Close");
}

TEST_CASE("a portal that does not answer is not waited for for ever") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  desktop.order("mute");
  CHECK_THROWS_AS(conversation.start({}, impatient), AccessLost);
  CHECK_THROWS_AS(Conversation{impatient}, AccessLost);
  std::stop_source stop;
  const auto stopper = stop_after(stop, [] {});
  CHECK_THROWS_AS(conversation.start({}, {test::plenty, stop.get_token()}), Interrupted);
}

TEST_CASE("the desktop ends the cast, or leaves") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  conversation.start({}, patient);
  CHECK_FALSE(conversation.ended());
  desktop.order("close");
  CHECK(wait_for_end(conversation).find("desktop has ended") != std::string::npos);
  conversation.start({}, patient);
  CHECK_FALSE(conversation.ended());
  desktop.order("leave");
  CHECK(wait_for_end(conversation).find("portal has ended") != std::string::npos);
}

TEST_CASE("a portal that leaves while the user is asked") {
  const PrivateBus bus;
  Desktop desktop;
  Conversation conversation(patient);
  desktop.order("answer silent");
  const std::jthread user([&] {
    desktop.wait_for("Start");
    desktop.order("leave");
  });
  CHECK_THROWS_AS(conversation.start({}, patient), DeviceError);
}

TEST_CASE("a bus that goes ends the cast") {
  PrivateBus bus;
  const Desktop desktop;
  Conversation conversation(patient);
  conversation.start({}, patient);
  bus.end();
  CHECK(wait_for_end(conversation).find("D-Bus") != std::string::npos);
  CHECK(conversation.ended());
  CHECK_THROWS_AS(conversation.start({}, patient), DeviceError);
}

TEST_CASE("without a bus or a portal, what is missing is named") {
  {
    const PrivateBus bus;
    CHECK_THROWS_WITH_AS(Conversation{patient}, doctest::Contains("xdg-desktop-portal"),
                         DeviceError);
  }
  const ScratchFolder empty;
  const WithVariable folder("XDG_RUNTIME_DIR", empty.path().c_str());
  const WithVariable address("DBUS_SESSION_BUS_ADDRESS", nullptr);
  CHECK_THROWS_WITH_AS(Conversation{patient}, doctest::Contains("dbus-user-session"), DeviceError);
}

TEST_CASE("a bus that takes us and never speaks") {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/bus";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(fd.get(), 8) == 0);
  const WithVariable variable("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + path).c_str());
  CHECK_THROWS_AS(Conversation{impatient}, AccessLost);
  std::stop_source stop;
  const auto stopper = stop_after(stop, [] {});
  CHECK_THROWS_AS(Conversation({test::plenty, stop.get_token()}), Interrupted);
}

}  // namespace
}  // namespace rustcam::portal
