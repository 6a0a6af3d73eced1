#include "capture/portal/portal.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "capture/portal/values.h"

namespace rustcam::portal {
namespace {

constexpr const char* service = "org.freedesktop.portal.Desktop";
constexpr const char* desktop_path = "/org/freedesktop/portal/desktop";
constexpr const char* screen_cast = "org.freedesktop.portal.ScreenCast";
constexpr const char* request_interface = "org.freedesktop.portal.Request";
constexpr const char* session_interface = "org.freedesktop.portal.Session";
constexpr const char* properties = "org.freedesktop.DBus.Properties";

bool says(const char* text, std::string_view expected) {
  return text != nullptr && expected == text;
}

bool is_none_there(const BusError& error) {
  return error.name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
         error.name == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
         error.name.starts_with("org.freedesktop.DBus.Error.Spawn");
}

DeviceError no_portal() {
  return DeviceError(
      "there is no desktop portal on the session's D-Bus; install xdg-desktop-portal and the one "
      "of your desktop (Debian: xdg-desktop-portal-gnome, -kde or -wlr)");
}

DeviceError no_screen_cast() {
  return DeviceError(
      "the desktop's portal casts no screens; install the one of your desktop (Debian: "
      "xdg-desktop-portal-gnome, -kde or -wlr) and PipeWire (Debian: pipewire, wireplumber)");
}

}  // namespace

DuplicationError refused(const std::string& step, const std::string& why) {
  return DuplicationError("the desktop's portal refused the screen cast (" + step + ": " + why +
                          ")");
}

Portal::Portal(const Patience& patience) : bus_(patience) {
  bus_.listen("type='signal',interface='org.freedesktop.portal.Request',member='Response'");
  bus_.listen("type='signal',interface='org.freedesktop.portal.Session',member='Closed'");
  bus_.listen(
      "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
      "member='NameOwnerChanged',arg0='org.freedesktop.portal.Desktop'");
}

Portal::~Portal() {
  close_session();
}

Message Portal::method(const char* member) {
  return bus_.method(service, desktop_path, screen_cast, member);
}

std::uint32_t Portal::property(const char* name, const Patience& patience) {
  const Message request = bus_.method(service, desktop_path, properties, "Get");
  append_text(request, SD_BUS_TYPE_STRING, screen_cast);
  append_text(request, SD_BUS_TYPE_STRING, name);
  const Message reply = bus_.call(request, patience);
  if (const auto error = error_of(reply))
    throw is_none_there(*error) ? no_portal() : no_screen_cast();
  if (const char* sender = bus_library().get_sender(reply.get())) owner_ = sender;
  std::uint32_t value = 0;
  if (bus_library().enter_container(reply.get(), SD_BUS_TYPE_VARIANT, "u") <= 0 ||
      bus_library().read_basic(reply.get(), SD_BUS_TYPE_UINT32, &value) <= 0)
    throw no_screen_cast();
  return value;
}

void Portal::take_signals() {
  for (Message& signal : bus_.signals()) take_signal(std::move(signal));
}

void Portal::take_signal(Message signal) {
  const BusLibrary& l = bus_library();
  const char* member = l.get_member(signal.get());
  if (says(member, "NameOwnerChanged")) {
    // That the bus itself says so, its match has seen to. The name, its owner before and after.
    const char* name = nullptr;
    const char* before = nullptr;
    if (l.read_basic(signal.get(), SD_BUS_TYPE_STRING, &name) <= 0 ||
        l.read_basic(signal.get(), SD_BUS_TYPE_STRING, &before) <= 0)
      return;
    if (owner_ != before) return;
    left_ = true;
    if (!session_.empty()) over_ = "the desktop's portal has ended, and with it the screen cast";
    return;
  }
  // Any program of the session could send the others.
  if (!says(l.get_sender(signal.get()), owner_)) return;
  if (says(member, "Closed")) {
    if (!session_.empty() && says(l.get_path(signal.get()), session_))
      over_ = "the desktop has ended the screen cast";
    return;
  }
  std::uint32_t code = 0;
  if (l.read_basic(signal.get(), SD_BUS_TYPE_UINT32, &code) > 0)
    responses_.push_back({static_cast<Answer>(code), std::move(signal)});
}

void Portal::close_session() noexcept {
  over_.reset();
  if (session_.empty()) return;
  try {
    bus_.send(bus_.method(service, session_.c_str(), session_interface, "Close"));
    bus_.flush();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the bus has gone, and the session too
  }
  session_.clear();
}

void Portal::close_request(const std::string& path) noexcept {
  try {
    bus_.send(bus_.method(service, path.c_str(), request_interface, "Close"));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the bus has gone, and the request too
  }
}

Message Portal::call(const Message& request, const Patience& patience) {
  Message reply = bus_.call(request, patience);
  const auto error = error_of(reply);
  if (error && is_none_there(*error)) throw no_portal();
  return reply;
}

/// The one that the portal gives to a request with this token.
std::string Portal::request_path(const std::string& own_token) const {
  std::string sender = bus_.unique_name().substr(1);
  std::replace(sender.begin(), sender.end(), '.', '_');
  return std::string(desktop_path) + "/request/" + sender + "/" + own_token;
}

/// `limit`: of the wait for the Response, after the call's own reply.
Response Portal::ask(const char* member, const std::string& own_token, const Message& request,
                     std::optional<Duration> limit, const Patience& patience) {
  responses_.clear();
  const std::string expected = request_path(own_token);
  const Message reply = [&] {
    try {
      return call(request, patience);
    } catch (const CaptureError&) {
      close_request(expected);  // its dialogue may be open all the same
      throw;
    }
  }();
  if (const auto error = error_of(reply)) throw refused(member, error->text);
  // Portals before 0.9 make the path up themselves.
  const char* told = nullptr;
  if (bus_library().read_basic(reply.get(), SD_BUS_TYPE_OBJECT_PATH, &told) <= 0)
    throw refused(member, "its reply makes no sense");
  const std::string path = told;
  std::optional<Response> answer;
  const auto answered = [&] {
    take_signals();
    for (Response& response : responses_) {
      const char* from = bus_library().get_path(response.message.get());
      if (!answer && (says(from, path) || says(from, expected))) answer = std::move(response);
    }
    responses_.clear();
    return answer || over_ || left_;
  };
  const bool done = bus_.wait(answered, limit, patience.stop);
  if (answer) return std::move(*answer);
  if (!done) {
    close_request(path);
    if (patience.stop.stop_requested())
      throw Interrupted("the wait for the desktop's dialogue was ended");
    throw AccessLost(std::string("the desktop's portal does not answer (") + member + ")");
  }
  if (left_) throw DeviceError("the desktop's portal has ended while it was asked");
  throw refused(member, "it ended the session");
}

std::optional<std::string> Portal::ended() {
  try {
    bus_.process();
  } catch (const DeviceError& gone) {
    return gone.what();
  }
  take_signals();
  return over_;
}

}  // namespace rustcam::portal
