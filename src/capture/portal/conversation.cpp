#include "capture/portal/conversation.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/portal/bus.h"
#include "capture/portal/values.h"

namespace rustcam::portal {
namespace {

constexpr const char* service = "org.freedesktop.portal.Desktop";
constexpr const char* desktop_path = "/org/freedesktop/portal/desktop";
constexpr const char* screen_cast = "org.freedesktop.portal.ScreenCast";
constexpr const char* request_interface = "org.freedesktop.portal.Request";
constexpr const char* session_interface = "org.freedesktop.portal.Session";
constexpr const char* properties = "org.freedesktop.DBus.Properties";

constexpr std::uint32_t version_with_cursor_modes = 2;
constexpr std::uint32_t version_with_tokens = 4;
/// The portal's own number: until the user takes it back.
constexpr std::uint32_t until_revoked = 2;

/// What a Request was answered with.
enum class Answer : std::uint32_t { granted = 0, cancelled = 1, other = 2 };

struct Response {
  std::uint32_t code = 0;
  Message message;  ///< its values come next
};

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

DuplicationError refused(const std::string& step, const std::string& why) {
  return DuplicationError("the desktop's portal refused the screen cast (" + step + ": " + why +
                          ")");
}

}  // namespace

struct Conversation::Impl {
  explicit Impl(const Patience& patience) : bus(patience) {
    bus.listen("type='signal',interface='org.freedesktop.portal.Request',member='Response'");
    bus.listen("type='signal',interface='org.freedesktop.portal.Session',member='Closed'");
    bus.listen(
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
        "member='NameOwnerChanged',arg0='org.freedesktop.portal.Desktop'");
    abilities.source_types = property("AvailableSourceTypes", patience);
    abilities.version = property("version", patience);
    if (abilities.version >= version_with_cursor_modes)
      abilities.cursor_modes = property("AvailableCursorModes", patience);
    else
      abilities.cursor_modes = static_cast<std::uint32_t>(CursorMode::hidden);
  }
  ~Impl() { close_session(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint32_t property(const char* name, const Patience& patience);
  void take_signals();
  void take_signal(Message signal);
  std::string next_token() { return "rustcam" + std::to_string(++tokens); }
  void close_session() noexcept;
  void close_request(const std::string& path) noexcept;

  std::string request_path(const std::string& own_token) const;
  Message call(const Message& request, const Patience& patience);
  Response ask(const char* member, const std::string& own_token, const Message& request,
               std::optional<Duration> limit, const Patience& patience);
  void create_session(const Patience& patience);
  void select_sources(const CastRequest& request, const Patience& patience);
  Cast start(const Patience& patience);
  Cast attempt(const CastRequest& request, const Patience& patience);

  Bus bus;
  Abilities abilities;
  std::string owner;    ///< the portal's own name on the bus
  std::string session;  ///< object path; empty: there is none
  std::vector<Response> responses;
  std::optional<std::string> over;  ///< why the cast has ended
  bool portal_left = false;
  unsigned tokens = 0;
};

std::uint32_t Conversation::Impl::property(const char* name, const Patience& patience) {
  const Message request = bus.method(service, desktop_path, properties, "Get");
  append_text(request, SD_BUS_TYPE_STRING, screen_cast);
  append_text(request, SD_BUS_TYPE_STRING, name);
  const Message reply = bus.call(request, patience);
  if (const auto error = error_of(reply))
    throw is_none_there(*error) ? no_portal() : no_screen_cast();
  if (const char* sender = bus_library().get_sender(reply.get())) owner = sender;
  std::uint32_t value = 0;
  if (bus_library().enter_container(reply.get(), SD_BUS_TYPE_VARIANT, "u") <= 0 ||
      bus_library().read_basic(reply.get(), SD_BUS_TYPE_UINT32, &value) <= 0)
    throw no_screen_cast();
  return value;
}

void Conversation::Impl::take_signals() {
  for (Message& signal : bus.signals()) take_signal(std::move(signal));
}

void Conversation::Impl::take_signal(Message signal) {
  const BusLibrary& l = bus_library();
  const char* member = l.get_member(signal.get());
  if (says(member, "NameOwnerChanged")) {
    // That the bus itself says so, its match has seen to. The name, its owner before and after.
    const char* name = nullptr;
    const char* before = nullptr;
    if (l.read_basic(signal.get(), SD_BUS_TYPE_STRING, &name) <= 0 ||
        l.read_basic(signal.get(), SD_BUS_TYPE_STRING, &before) <= 0)
      return;
    if (owner != before) return;
    portal_left = true;
    if (!session.empty()) over = "the desktop's portal has ended, and with it the screen cast";
    return;
  }
  // Any program of the session could send the others.
  if (!says(l.get_sender(signal.get()), owner)) return;
  if (says(member, "Closed")) {
    if (!session.empty() && says(l.get_path(signal.get()), session))
      over = "the desktop has ended the screen cast";
    return;
  }
  std::uint32_t code = 0;
  if (l.read_basic(signal.get(), SD_BUS_TYPE_UINT32, &code) > 0)
    responses.push_back({code, std::move(signal)});
}

void Conversation::Impl::close_session() noexcept {
  if (session.empty()) return;
  try {
    bus.send(bus.method(service, session.c_str(), session_interface, "Close"));
    bus.flush();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the bus has gone, and the session too
  }
  session.clear();
}

void Conversation::Impl::close_request(const std::string& path) noexcept {
  try {
    bus.send(bus.method(service, path.c_str(), request_interface, "Close"));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the bus has gone, and the request too
  }
}

Message Conversation::Impl::call(const Message& request, const Patience& patience) {
  Message reply = bus.call(request, patience);
  const auto error = error_of(reply);
  if (error && is_none_there(*error)) throw no_portal();
  return reply;
}

/// The one that the portal gives to a request with this token.
std::string Conversation::Impl::request_path(const std::string& own_token) const {
  std::string sender = bus.unique_name().substr(1);
  std::replace(sender.begin(), sender.end(), '.', '_');
  return std::string(desktop_path) + "/request/" + sender + "/" + own_token;
}

/// `limit`: of the wait for the Response, after the call's own reply.
Response Conversation::Impl::ask(const char* member, const std::string& own_token,
                                 const Message& request, std::optional<Duration> limit,
                                 const Patience& patience) {
  responses.clear();
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
    for (Response& response : responses) {
      const char* from = bus_library().get_path(response.message.get());
      if (!answer && (says(from, path) || says(from, expected))) answer = std::move(response);
    }
    responses.clear();
    return answer || over || portal_left;
  };
  const bool done = bus.wait(answered, limit, patience.stop);
  if (answer) return std::move(*answer);
  if (!done) {
    close_request(path);
    if (patience.stop.stop_requested())
      throw Interrupted("the wait for the desktop's dialogue was ended");
    throw AccessLost(std::string("the desktop's portal does not answer (") + member + ")");
  }
  if (portal_left) throw DeviceError("the desktop's portal has ended while it was asked");
  throw refused(member, "it ended the session");
}

void Conversation::Impl::create_session(const Patience& patience) {
  over.reset();
  const std::string token = next_token();
  const Message request = bus.method(service, desktop_path, screen_cast, "CreateSession");
  ValuesWriter(request)
      .text("handle_token", token)
      .text("session_handle_token", next_token())
      .close();
  const Response response = ask("CreateSession", token, request, patience.limit, patience);
  std::optional<std::string> path;
  read_values(response.message.get(), [&](std::string_view name, Value& value) {
    if (name == "session_handle") path = value.text();
  });
  if (static_cast<Answer>(response.code) != Answer::granted || !path || !path->starts_with('/'))
    throw refused("CreateSession", "it made no session");
  session = *path;
}

void Conversation::Impl::select_sources(const CastRequest& wanted, const Patience& patience) {
  const std::string token = next_token();
  const Message request = bus.method(service, desktop_path, screen_cast, "SelectSources");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, session);
  ValuesWriter values(request);
  values.text("handle_token", token)
      .number("types", static_cast<std::uint32_t>(wanted.type))
      .boolean("multiple", false);
  if (abilities.version >= version_with_cursor_modes)
    values.number("cursor_mode", static_cast<std::uint32_t>(wanted.cursor));
  if (abilities.version >= version_with_tokens) {
    values.number("persist_mode", until_revoked);
    if (!wanted.restore_token.empty()) values.text("restore_token", wanted.restore_token);
  }
  values.close();
  const Response response = ask("SelectSources", token, request, patience.limit, patience);
  if (static_cast<Answer>(response.code) != Answer::granted)
    throw refused("SelectSources", "response " + std::to_string(response.code));
}

Cast Conversation::Impl::start(const Patience& patience) {
  const std::string token = next_token();
  const Message request = bus.method(service, desktop_path, screen_cast, "Start");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, session);
  append_text(request, SD_BUS_TYPE_STRING, "");  // no window of ours is its parent
  ValuesWriter(request).text("handle_token", token).close();
  const Response response = ask("Start", token, request, std::nullopt, patience);
  if (static_cast<Answer>(response.code) == Answer::cancelled)
    throw Cancelled("the screen cast was cancelled in the desktop's dialogue");
  if (static_cast<Answer>(response.code) != Answer::granted)
    throw refused("Start", "response " + std::to_string(response.code));
  Cast cast;
  std::optional<std::uint32_t> node;
  const auto of_stream = [&](std::string_view name, Value& value) {
    if (name == "position") cast.position = value.pair();
    if (name == "pipewire-serial") cast.serial = value.long_number();
    if (name != "size") return;
    const auto size = value.pair();
    if (size && size->x > 0 && size->y > 0) cast.size = Size{size->x, size->y};
  };
  const bool whole = read_values(response.message.get(), [&](std::string_view name, Value& value) {
    if (name == "streams") node = value.first_of_streams(of_stream);
    if (name == "restore_token") cast.restore_token = value.text().value_or("");
  });
  if (!whole || !node) throw refused("Start", "it allowed it, but names no stream");
  cast.node = *node;
  return cast;
}

Cast Conversation::Impl::attempt(const CastRequest& request, const Patience& patience) {
  close_session();
  create_session(patience);
  try {
    select_sources(request, patience);
    return start(patience);
  } catch (const Error&) {
    close_session();
    throw;
  }
}

Conversation::Conversation(const Patience& patience) : impl_(std::make_unique<Impl>(patience)) {}
Conversation::~Conversation() = default;

const Abilities& Conversation::abilities() const noexcept {
  return impl_->abilities;
}

Cast Conversation::start(const CastRequest& request, const Patience& patience) {
  try {
    return impl_->attempt(request, patience);
  } catch (const DuplicationError&) {
    if (request.restore_token.empty() || impl_->portal_left) throw;
  }
  CastRequest without = request;
  without.restore_token.clear();
  return impl_->attempt(without, patience);
}

UniqueFd Conversation::open_remote(const Patience& patience) {
  const Message request =
      impl_->bus.method(service, desktop_path, screen_cast, "OpenPipeWireRemote");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, impl_->session);
  ValuesWriter(request).close();
  const Message reply = impl_->call(request, patience);
  if (const auto error = error_of(reply)) throw refused("OpenPipeWireRemote", error->text);
  int theirs = -1;
  if (bus_library().read_basic(reply.get(), SD_BUS_TYPE_UNIX_FD, &theirs) <= 0)
    throw refused("OpenPipeWireRemote", "it gave no connection");
  // The one in the message is closed together with it.
  UniqueFd own(fcntl(theirs, F_DUPFD_CLOEXEC, 3));
  if (!own.valid())
    throw DeviceError("the system has no descriptors left; raise the limit (ulimit -n)",
                      errno_name(errno));
  return own;
}

int Conversation::descriptor() const noexcept {
  return impl_->bus.descriptor();
}

std::optional<std::string> Conversation::ended() {
  try {
    impl_->bus.process();
  } catch (const DeviceError& gone) {
    return gone.what();
  }
  impl_->take_signals();
  return impl_->over;
}

}  // namespace rustcam::portal
