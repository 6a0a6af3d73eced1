#include "capture/portal/conversation.h"

#include <fcntl.h>

#include <cerrno>
#include <string_view>

#include "base/error.h"
#include "capture/portal/portal.h"
#include "capture/portal/values.h"

namespace rustcam::portal {
namespace {

constexpr std::uint32_t version_with_cursor_modes = 2;
constexpr std::uint32_t version_with_tokens = 4;
/// The portal's own number: until the user takes it back.
constexpr std::uint32_t until_revoked = 2;

}  // namespace

struct Conversation::Impl {
  explicit Impl(const Patience& patience) : portal(patience) {
    abilities.source_types = portal.property("AvailableSourceTypes", patience);
    abilities.version = portal.property("version", patience);
    if (abilities.version >= version_with_cursor_modes)
      abilities.cursor_modes = portal.property("AvailableCursorModes", patience);
    else
      abilities.cursor_modes = static_cast<std::uint32_t>(CursorMode::hidden);
  }

  void create_session(const Patience& patience);
  void select_sources(const CastRequest& request, const Patience& patience);
  Cast start(const Patience& patience);
  Cast attempt(const CastRequest& request, const Patience& patience);

  Portal portal;
  Abilities abilities;
};

void Conversation::Impl::create_session(const Patience& patience) {
  const std::string token = portal.next_token();
  const Message request = portal.method("CreateSession");
  ValuesWriter(request)
      .text("handle_token", token)
      .text("session_handle_token", portal.next_token())
      .close();
  const Response response = portal.ask("CreateSession", token, request, patience.limit, patience);
  std::optional<std::string> path;
  read_values(response.message.get(), [&](std::string_view name, Value& value) {
    if (name == "session_handle") path = value.text();
  });
  if (response.answer != Answer::granted || !path || !is_object_path(*path))
    throw refused("CreateSession", "it made no session");
  portal.begin_session(*path);
}

void Conversation::Impl::select_sources(const CastRequest& wanted, const Patience& patience) {
  const std::string token = portal.next_token();
  const Message request = portal.method("SelectSources");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, portal.session());
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
  const Response response = portal.ask("SelectSources", token, request, patience.limit, patience);
  if (response.answer != Answer::granted)
    throw refused("SelectSources",
                  "response " + std::to_string(static_cast<std::uint32_t>(response.answer)));
}

Cast Conversation::Impl::start(const Patience& patience) {
  const std::string token = portal.next_token();
  const Message request = portal.method("Start");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, portal.session());
  append_text(request, SD_BUS_TYPE_STRING, "");  // no window of ours is its parent
  ValuesWriter(request).text("handle_token", token).close();
  const Response response = portal.ask("Start", token, request, std::nullopt, patience);
  if (response.answer == Answer::cancelled)
    throw Cancelled("the screen cast was cancelled in the desktop's dialogue");
  if (response.answer != Answer::granted)
    throw refused("Start",
                  "response " + std::to_string(static_cast<std::uint32_t>(response.answer)));
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
  portal.close_session();
  create_session(patience);
  try {
    select_sources(request, patience);
    return start(patience);
  } catch (const Error&) {
    portal.close_session();
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
    if (request.restore_token.empty() || impl_->portal.left()) throw;
  }
  CastRequest without = request;
  without.restore_token.clear();
  return impl_->attempt(without, patience);
}

UniqueFd Conversation::open_remote(const Patience& patience) {
  const Message request = impl_->portal.method("OpenPipeWireRemote");
  append_text(request, SD_BUS_TYPE_OBJECT_PATH, impl_->portal.session());
  ValuesWriter(request).close();
  const Message reply = impl_->portal.call(request, patience);
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
  return impl_->portal.descriptor();
}

std::optional<std::string> Conversation::ended() {
  return impl_->portal.ended();
}

}  // namespace rustcam::portal
