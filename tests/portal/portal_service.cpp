#include "portal_service.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

#include "portal_messages.h"

namespace rustcam::test {
namespace {

constexpr const char* name = "org.freedesktop.portal.Desktop";
constexpr const char* screen_cast = "org.freedesktop.portal.ScreenCast";
constexpr const char* request_interface = "org.freedesktop.portal.Request";
constexpr const char* bad_argument = "org.freedesktop.portal.Error.InvalidArgument";
constexpr const char* failed = "org.freedesktop.portal.Error.Failed";

int reply_path(sd_bus_message* call, const std::string& path) {
  return sd_bus_reply_method_return(call, "o", path.c_str());
}

}  // namespace

PortalService::PortalService(const Abilities& abilities, CastMaker maker)
    : abilities_(abilities), maker_(std::move(maker)) {
  const auto handler = [](sd_bus_message* call, void* self, sd_bus_error*) {
    return static_cast<PortalService*>(self)->handle(call);
  };
  const auto owner_changed = [](sd_bus_message* signal, void* self, sd_bus_error*) {
    const char* who = nullptr;
    const char* before = nullptr;
    const char* after = nullptr;
    if (sd_bus_message_read(signal, "sss", &who, &before, &after) >= 0 && bus_text(after).empty())
      static_cast<PortalService*>(self)->owner_gone(bus_text(who));
    return 0;
  };
  if (sd_bus_open_user(&bus_) < 0 ||
      sd_bus_add_fallback(bus_, nullptr, portal_root, handler, this) < 0 ||
      sd_bus_match_signal(bus_, nullptr, "org.freedesktop.DBus", nullptr, "org.freedesktop.DBus",
                          "NameOwnerChanged", owner_changed, this) < 0 ||
      sd_bus_request_name(bus_, name, 0) < 0)
    throw std::runtime_error("the session's bus is not there");
}

PortalService::~PortalService() {
  sd_bus_flush_close_unref(bus_);
}

int PortalService::descriptor() const {
  return sd_bus_get_fd(bus_);
}

short PortalService::events() const {
  return static_cast<short>(sd_bus_get_events(bus_));
}

std::optional<TimePoint> PortalService::next_turn() const {
  std::uint64_t at = 0;
  if (sd_bus_get_timeout(bus_, &at) < 0 || at == UINT64_MAX) return std::nullopt;
  return TimePoint(std::chrono::microseconds(at));
}

void PortalService::turn() {
  while (sd_bus_process(bus_, nullptr) > 0) {
  }
  sd_bus_flush(bus_);
}

int PortalService::handle(sd_bus_message* call) {
  const std::string interface = bus_text(sd_bus_message_get_interface(call));
  const std::string member = bus_text(sd_bus_message_get_member(call));
  if (mute_) return 1;
  if (interface == "org.freedesktop.DBus.Properties")
    return answer_property(call, member, screen_cast,
                           {{"version", abilities_.version},
                            {"AvailableSourceTypes", abilities_.source_types},
                            {"AvailableCursorModes", abilities_.cursor_modes}});
  if (interface == screen_cast) return call_of_screen_cast(call, member);
  if (member == "Close") return close(call);
  return 0;
}

int PortalService::call_of_screen_cast(sd_bus_message* call, const std::string& member) {
  if (member == "CreateSession") return create_session(call);
  if (member == "SelectSources") return select_sources(call);
  if (member == "Start") return start(call);
  if (member == "OpenPipeWireRemote") return open_remote(call);
  return 0;
}

int PortalService::create_session(sd_bus_message* call) {
  const PortalOptions options = read_options(call);
  const std::string owner = bus_text(sd_bus_message_get_sender(call));
  const std::string path = portal_path("session", owner, options.session_token);
  maker_.tell({{"event", "CreateSession"}});
  if (options.session_token.empty() || sessions_.contains(path))
    return sd_bus_reply_method_errorf(call, bad_argument, "a session needs a token of its own");
  sessions_[path].owner = owner;
  reply_path(call, options.request);
  BusSignal made(bus_, options.request, request_interface, "Response");
  sd_bus_message_append(made.message, "ua{sv}", 0u, 1, "session_handle", "s", path.c_str());
  made.send(owner);
  return 1;
}

PortalService::Session* PortalService::find(sd_bus_message* call, std::string& path) {
  const char* told = nullptr;
  sd_bus_message_read(call, "o", &told);
  path = bus_text(told);
  const auto found = sessions_.find(path);
  if (found != sessions_.end() && found->second.owner == bus_text(sd_bus_message_get_sender(call)))
    return &found->second;
  sd_bus_reply_method_errorf(call, "org.freedesktop.DBus.Error.AccessDenied", "no such session");
  return nullptr;
}

const char* PortalService::against(const Session& session, const PortalOptions& options) const {
  if (session.selected) return "sources are selected already";
  const std::uint32_t cursor = options.cursor_mode;
  if (cursor == 0 || (cursor & (cursor - 1)) != 0 || (cursor & abilities_.cursor_modes) == 0)
    return "unavailable cursor mode";
  if ((options.types & abilities_.source_types) == 0) return "unsupported source types";
  if (options.persist_mode > 2) return "invalid persist mode";
  return nullptr;
}

int PortalService::select_sources(sd_bus_message* call) {
  std::string path;
  Session* const session = find(call, path);
  if (session == nullptr) return 1;
  const PortalOptions options = read_options(call);
  maker_.tell({{"event", "SelectSources"},
               {"types", options.types},
               {"cursor_mode", options.cursor_mode},
               {"persist_mode", options.persist_mode},
               {"restore_token", options.restore_token},
               {"multiple", options.multiple}});
  if (const char* const reason = against(*session, options)) {
    sd_bus_reply_method_errorf(call, bad_argument, "%s", reason);
    send_closed(path);
    return 1;
  }
  const bool refused = !options.restore_token.empty() && tokens_ != Tokens::accept;
  if (refused && tokens_ == Tokens::error)
    return sd_bus_reply_method_errorf(call, bad_argument, "invalid restore token");
  reply_path(call, options.request);
  if (!refused) {
    session->selected = true;
    session->cursor_mode = options.cursor_mode;
    session->source_type = (options.types & 1) != 0 ? 1 : 2;
    session->persists = options.persist_mode != 0 && abilities_.version >= 4;
    session->remembered = !good_token_.empty() && options.restore_token == good_token_;
    if (session->remembered) good_token_.clear();
  }
  respond(session->owner, options.request, refused ? 2 : 0);
  return 1;
}

int PortalService::start(sd_bus_message* call) {
  std::string path;
  Session* const session = find(call, path);
  if (session == nullptr) return 1;
  const char* parent = nullptr;
  sd_bus_message_read(call, "s", &parent);
  const PortalOptions options = read_options(call);
  maker_.tell({{"event", "Start"}, {"dialogue", !session->remembered}});
  if (!session->selected || session->started)
    return sd_bus_reply_method_errorf(call, failed, "this session cannot be started");
  session->started = true;
  reply_path(call, options.request);
  const Dialogue dialogue{path, options.request, session->owner};
  if (answer_ == Answer::silent && !session->remembered)
    open_.push_back(dialogue);
  else
    settle(dialogue);
  return 1;
}

void PortalService::settle(const Dialogue& dialogue) {
  const auto session = sessions_.find(dialogue.session);
  if (session == sessions_.end()) return;
  if (answer_ == Answer::allow || session->second.remembered) {
    try {
      allow(dialogue);
      return;
    } catch (const std::exception& problem) {
      maker_.tell({{"event", "problem"}, {"what", problem.what()}});
    }
  }
  respond(dialogue.owner, dialogue.request, answer_ == Answer::cancel ? 1 : 2);
}

std::string PortalService::new_token() {
  good_token_ = "token-" + std::to_string(++tokens_given_);
  return good_token_;
}

void PortalService::allow(const Dialogue& dialogue) {
  Session& session = sessions_.at(dialogue.session);
  const CastMaker::Made made = maker_.begin(session.cursor_mode);
  session.node = made.node;
  BusSignal response(bus_, dialogue.request, request_interface, "Response");
  const std::string token = session.persists ? new_token() : "";
  append_cast(response.message, {.node = made.node,
                                 .serial = abilities_.version >= 6 ? made.serial : std::nullopt,
                                 .size = made.size,
                                 .source_type = session.source_type,
                                 .restore_token = token});
  response.send(dialogue.owner);
}

int PortalService::open_remote(sd_bus_message* call) {
  std::string path;
  const Session* const session = find(call, path);
  if (session == nullptr) return 1;
  maker_.tell({{"event", "OpenPipeWireRemote"}});
  if (!session->node)
    return sd_bus_reply_method_errorf(call, failed, "this session has not been started");
  try {
    const UniqueFd fd = maker_.open_remote();
    return sd_bus_reply_method_return(call, "h", fd.get());
  } catch (const std::exception& problem) {
    return sd_bus_reply_method_errorf(call, failed, "%s", problem.what());
  }
}

int PortalService::close(sd_bus_message* call) {
  const std::string path = bus_text(sd_bus_message_get_path(call));
  if (sessions_.contains(path)) {
    maker_.tell({{"event", "Close"}});
    end(path);
  } else {
    const auto gone = std::erase_if(open_, [&](const Dialogue& d) { return d.request == path; });
    if (gone == 0)
      return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_OBJECT, "no such object");
    maker_.tell({{"event", "CloseRequest"}});
  }
  return sd_bus_reply_method_return(call, nullptr);
}

void PortalService::end(const std::string& session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  if (found->second.node) maker_.end(*found->second.node);
  std::erase_if(open_, [&](const Dialogue& dialogue) { return dialogue.session == session; });
  sessions_.erase(found);
}

void PortalService::owner_gone(const std::string& owner) {
  std::vector<std::string> gone;
  for (const auto& [path, session] : sessions_)
    if (session.owner == owner) gone.push_back(path);
  for (const std::string& path : gone) {
    maker_.tell({{"event", "ClientGone"}});
    end(path);
  }
}

void PortalService::send_closed(const std::string& session) {
  const std::string owner = sessions_.at(session).owner;
  BusSignal closed(bus_, session, "org.freedesktop.portal.Session", "Closed");
  sd_bus_message_append(closed.message, "a{sv}", 0);
  closed.send(owner);
  end(session);
}

void PortalService::respond(const std::string& owner, const std::string& request,
                            std::uint32_t code) {
  BusSignal response(bus_, request, request_interface, "Response");
  sd_bus_message_append(response.message, "ua{sv}", code, 0);
  response.send(owner);
}

bool PortalService::obey(const std::string& order) {
  static const std::map<std::string, Answer> answers{{"answer allow", Answer::allow},
                                                     {"answer cancel", Answer::cancel},
                                                     {"answer fail", Answer::fail},
                                                     {"answer silent", Answer::silent}};
  static const std::map<std::string, Tokens> tokens{{"tokens accept", Tokens::accept},
                                                    {"tokens refuse", Tokens::refuse},
                                                    {"tokens error", Tokens::error}};
  if (const auto found = answers.find(order); found != answers.end()) {
    answer_ = found->second;
    if (answer_ != Answer::silent)
      for (const Dialogue& each : std::exchange(open_, {})) settle(each);
  } else if (const auto rule = tokens.find(order); rule != tokens.end()) {
    tokens_ = rule->second;
  } else if (order == "mute") {
    mute_ = true;
  } else if (order == "close") {
    while (!sessions_.empty()) send_closed(sessions_.begin()->first);
  } else if (order == "leave") {
    sd_bus_release_name(bus_, name);
    sessions_.clear();
    open_.clear();
  } else if (order == "return") {
    sd_bus_request_name(bus_, name, 0);
  } else {
    return false;
  }
  return true;
}

}  // namespace rustcam::test
