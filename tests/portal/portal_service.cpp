#include "portal_service.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

namespace rustcam::test {
namespace {

constexpr const char* name = "org.freedesktop.portal.Desktop";
constexpr const char* root = "/org/freedesktop/portal/desktop";
constexpr const char* screen_cast = "org.freedesktop.portal.ScreenCast";
constexpr const char* request_interface = "org.freedesktop.portal.Request";
constexpr const char* bad_argument = "org.freedesktop.portal.Error.InvalidArgument";
constexpr const char* failed = "org.freedesktop.portal.Error.Failed";

std::string text(const char* value) {
  return value != nullptr ? value : "";
}

/// The part of a path that stands for a client.
std::string client_part(std::string owner) {
  owner.erase(0, 1);
  std::replace(owner.begin(), owner.end(), '.', '_');
  return owner;
}

std::string path_of(const char* kind, const std::string& owner, const std::string& token) {
  return std::string(root) + "/" + kind + "/" + client_part(owner) + "/" + token;
}

/// A signal to one client.
struct Signal {
  Signal(sd_bus* bus, const std::string& path, const char* interface, const char* member) {
    if (sd_bus_message_new_signal(bus, &message, path.c_str(), interface, member) < 0)
      throw std::runtime_error("no signal can be made");
  }
  ~Signal() { sd_bus_message_unref(message); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void send(const std::string& owner) const {
    sd_bus_send_to(sd_bus_message_get_bus(message), message, owner.c_str(), nullptr);
  }

  sd_bus_message* message = nullptr;
};

int reply_path(sd_bus_message* call, const std::string& path) {
  return sd_bus_reply_method_return(call, "o", path.c_str());
}

}  // namespace

/// What the methods of the portal can be told.
struct PortalService::Options {
  std::string request;  ///< a path
  std::string session_token;
  std::uint32_t types = 1;
  std::uint32_t cursor_mode = 1;
  std::uint32_t persist_mode = 0;
  bool multiple = false;
  std::string restore_token;
};

PortalService::PortalService(const Abilities& abilities, CastMaker maker)
    : abilities_(abilities), maker_(std::move(maker)) {
  const auto handler = [](sd_bus_message* call, void* self, sd_bus_error*) {
    return static_cast<PortalService*>(self)->handle(call);
  };
  const auto owner_changed = [](sd_bus_message* signal, void* self, sd_bus_error*) {
    const char* who = nullptr;
    const char* before = nullptr;
    const char* after = nullptr;
    if (sd_bus_message_read(signal, "sss", &who, &before, &after) >= 0 && text(after).empty())
      static_cast<PortalService*>(self)->owner_gone(text(who));
    return 0;
  };
  if (sd_bus_open_user(&bus_) < 0 || sd_bus_add_fallback(bus_, nullptr, root, handler, this) < 0 ||
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
  const std::string interface = text(sd_bus_message_get_interface(call));
  const std::string member = text(sd_bus_message_get_member(call));
  if (mute_) return 1;
  if (interface == "org.freedesktop.DBus.Properties") return property(call, member);
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

int PortalService::property(sd_bus_message* call, const std::string& member) {
  const std::map<std::string, std::uint32_t> values{
      {"version", abilities_.version},
      {"AvailableSourceTypes", abilities_.source_types},
      {"AvailableCursorModes", abilities_.cursor_modes}};
  const char* interface = nullptr;
  if (sd_bus_message_read(call, "s", &interface) < 0 || text(interface) != screen_cast)
    return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_INTERFACE, "no such interface");
  if (member == "Get") {
    const char* wanted = nullptr;
    sd_bus_message_read(call, "s", &wanted);
    const auto found = values.find(text(wanted));
    if (found == values.end())
      return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no such property");
    return sd_bus_reply_method_return(call, "v", "u", found->second);
  }
  if (member != "GetAll") return 0;
  sd_bus_message* reply = nullptr;
  sd_bus_message_new_method_return(call, &reply);
  sd_bus_message_open_container(reply, 'a', "{sv}");
  for (const auto& [key, value] : values)
    sd_bus_message_append(reply, "{sv}", key.c_str(), "u", value);
  sd_bus_message_close_container(reply);
  const int sent = sd_bus_send(bus_, reply, nullptr);
  sd_bus_message_unref(reply);
  return sent < 0 ? sent : 1;
}

PortalService::Options PortalService::read_options(sd_bus_message* call) const {
  Options options;
  std::string token = "t";
  const std::map<std::string, std::string*> texts{{"handle_token", &token},
                                                  {"session_handle_token", &options.session_token},
                                                  {"restore_token", &options.restore_token}};
  const std::map<std::string, std::uint32_t*> numbers{{"types", &options.types},
                                                      {"cursor_mode", &options.cursor_mode},
                                                      {"persist_mode", &options.persist_mode}};
  sd_bus_message_enter_container(call, 'a', "{sv}");
  while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
    const char* key = nullptr;
    sd_bus_message_read(call, "s", &key);
    const char* value = nullptr;
    int flag = 0;
    if (const auto found = texts.find(text(key)); found != texts.end()) {
      sd_bus_message_read(call, "v", "s", &value);
      *found->second = text(value);
    } else if (const auto number = numbers.find(text(key)); number != numbers.end()) {
      sd_bus_message_read(call, "v", "u", number->second);
    } else if (text(key) == "multiple") {
      sd_bus_message_read(call, "v", "b", &flag);
      options.multiple = flag != 0;
    } else {
      sd_bus_message_skip(call, "v");
    }
    sd_bus_message_exit_container(call);
  }
  sd_bus_message_exit_container(call);
  options.request = path_of("request", text(sd_bus_message_get_sender(call)), token);
  return options;
}

int PortalService::create_session(sd_bus_message* call) {
  const Options options = read_options(call);
  const std::string owner = text(sd_bus_message_get_sender(call));
  const std::string path = path_of("session", owner, options.session_token);
  maker_.tell({{"event", "CreateSession"}});
  if (options.session_token.empty() || sessions_.contains(path))
    return sd_bus_reply_method_errorf(call, bad_argument, "a session needs a token of its own");
  sessions_[path].owner = owner;
  reply_path(call, options.request);
  Signal made(bus_, options.request, request_interface, "Response");
  sd_bus_message_append(made.message, "ua{sv}", 0u, 1, "session_handle", "s", path.c_str());
  made.send(owner);
  return 1;
}

PortalService::Session* PortalService::find(sd_bus_message* call, std::string& path) {
  const char* told = nullptr;
  sd_bus_message_read(call, "o", &told);
  path = text(told);
  const auto found = sessions_.find(path);
  if (found != sessions_.end() && found->second.owner == text(sd_bus_message_get_sender(call)))
    return &found->second;
  sd_bus_reply_method_errorf(call, "org.freedesktop.DBus.Error.AccessDenied", "no such session");
  return nullptr;
}

const char* PortalService::against(const Session& session, const Options& options) const {
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
  const Options options = read_options(call);
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
  const Options options = read_options(call);
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
  Signal response(bus_, dialogue.request, request_interface, "Response");
  sd_bus_message* const signal = response.message;
  sd_bus_message_append(signal, "u", 0u);
  sd_bus_message_open_container(signal, 'a', "{sv}");
  sd_bus_message_open_container(signal, 'e', "sv");
  sd_bus_message_append(signal, "s", "streams");
  sd_bus_message_open_container(signal, 'v', "a(ua{sv})");
  sd_bus_message_open_container(signal, 'a', "(ua{sv})");
  sd_bus_message_open_container(signal, 'r', "ua{sv}");
  sd_bus_message_append(signal, "u", made.node);
  sd_bus_message_open_container(signal, 'a', "{sv}");
  sd_bus_message_append(signal, "{sv}", "position", "(ii)", 0, 0);
  sd_bus_message_append(signal, "{sv}", "size", "(ii)", made.size.width, made.size.height);
  sd_bus_message_append(signal, "{sv}", "source_type", "u", session.source_type);
  if (made.serial && abilities_.version >= 6)
    sd_bus_message_append(signal, "{sv}", "pipewire-serial", "t", *made.serial);
  for (int open = 0; open < 5; ++open) sd_bus_message_close_container(signal);
  if (session.persists) {
    const std::string token = new_token();
    sd_bus_message_append(signal, "{sv}", "persist_mode", "u", 2u);
    sd_bus_message_append(signal, "{sv}", "restore_token", "s", token.c_str());
  }
  sd_bus_message_close_container(signal);
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
  const std::string path = text(sd_bus_message_get_path(call));
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
  Signal closed(bus_, session, "org.freedesktop.portal.Session", "Closed");
  sd_bus_message_append(closed.message, "a{sv}", 0);
  closed.send(owner);
  end(session);
}

void PortalService::respond(const std::string& owner, const std::string& request,
                            std::uint32_t code) {
  Signal response(bus_, request, request_interface, "Response");
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
