#include "lying_portal.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace rustcam::test {
namespace {

constexpr const char* screen_cast_interface = "org.freedesktop.portal.ScreenCast";
constexpr const char* desktop = "/org/freedesktop/portal/desktop";

/// The a{sv} that comes next: its value of this name, if that is a text.
std::string text_of(sd_bus_message* call, std::string_view wanted) {
  std::string found;
  sd_bus_message_enter_container(call, 'a', "{sv}");
  while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
    const char* name = nullptr;
    const char* value = nullptr;
    sd_bus_message_read(call, "s", &name);
    if (name == wanted && sd_bus_message_read(call, "v", "s", &value) > 0)
      found = value;
    else
      sd_bus_message_skip(call, "v");
    sd_bus_message_exit_container(call);
  }
  sd_bus_message_exit_container(call);
  return found;
}

std::string path_for(const char* kind, std::string owner, const std::string& token) {
  owner.erase(0, 1);
  std::replace(owner.begin(), owner.end(), '.', '_');
  return std::string(desktop) + "/" + kind + "/" + owner + "/" + token;
}

}  // namespace

LyingPortal::LyingPortal(Lie lie) : lie_(lie) {
  const auto handler = [](sd_bus_message* call, void* self, sd_bus_error*) {
    return static_cast<LyingPortal*>(self)->handle(call);
  };
  if (sd_bus_open_user(&bus_) < 0 ||
      sd_bus_add_fallback(bus_, nullptr, desktop, handler, this) < 0 ||
      sd_bus_request_name(bus_, "org.freedesktop.portal.Desktop", 0) < 0)
    throw std::runtime_error("the session's bus is not there");
}

LyingPortal::~LyingPortal() {
  sd_bus_flush_close_unref(bus_);
}

int LyingPortal::descriptor() const {
  return sd_bus_get_fd(bus_);
}

short LyingPortal::events() const {
  return static_cast<short>(sd_bus_get_events(bus_));
}

void LyingPortal::turn() {
  while (sd_bus_process(bus_, nullptr) > 0) {
  }
  sd_bus_flush(bus_);
}

int LyingPortal::handle(sd_bus_message* call) {
  const std::string member = sd_bus_message_get_member(call);
  if (lie_ == Lie::no_screen_cast) return 0;
  if (member == "Get") return property(call);
  if (member == "Close") return sd_bus_reply_method_return(call, nullptr);
  if (member == "OpenPipeWireRemote") return sd_bus_reply_method_return(call, "u", 0U);
  return answer(call, member);
}

int LyingPortal::property(sd_bus_message* call) const {
  const char* interface = nullptr;
  const char* name = nullptr;
  sd_bus_message_read(call, "ss", &interface, &name);
  if (std::string_view(interface) != screen_cast_interface) return 0;
  if (std::string_view(name) != "version") return sd_bus_reply_method_return(call, "v", "u", 7U);
  if (lie_ == Lie::version_type) return sd_bus_reply_method_return(call, "v", "s", "six");
  return sd_bus_reply_method_return(call, "v", "u", 6U);
}

int LyingPortal::answer(sd_bus_message* call, const std::string& member) const {
  if (lie_ == Lie::request_type) return sd_bus_reply_method_return(call, "u", 1U);
  const char* skipped = nullptr;
  if (member != "CreateSession") sd_bus_message_read(call, "o", &skipped);
  if (member == "Start") sd_bus_message_read(call, "s", &skipped);
  const std::string owner = sd_bus_message_get_sender(call);
  const std::string token = lie_ == Lie::other_request ? "other" : text_of(call, "handle_token");
  const std::string path = path_for("request", owner, token);
  sd_bus_reply_method_return(call, "o", path.c_str());

  sd_bus_message* response = nullptr;
  sd_bus_message_new_signal(bus_, &response, path.c_str(), "org.freedesktop.portal.Request",
                            "Response");
  const bool last = member == "Start";
  if (last && lie_ == Lie::response_type) {
    sd_bus_message_append(response, "us", 0U, "yes");
  } else {
    sd_bus_message_append(response, "u", 0U);
    sd_bus_message_open_container(response, 'a', "{sv}");
    sd_bus_message_append(response, "{sv}", "unknown", "(sad)", "value", 2, 1.0, 2.0);
    if (member == "CreateSession") append_session(response, owner);
    if (last) append_streams(response);
    sd_bus_message_close_container(response);
  }
  sd_bus_send_to(bus_, response, owner.c_str(), nullptr);
  sd_bus_message_unref(response);
  return 1;
}

void LyingPortal::append_session(sd_bus_message* response, const std::string& owner) const {
  constexpr const char* key = "session_handle";
  if (lie_ == Lie::session_missing) return;
  if (lie_ == Lie::session_type)
    sd_bus_message_append(response, "{sv}", key, "u", 7U);
  else if (lie_ == Lie::session_path)
    sd_bus_message_append(response, "{sv}", key, "s", "/no path, /");
  else
    sd_bus_message_append(response, "{sv}", key, "s", path_for("session", owner, "s").c_str());
}

void LyingPortal::append_streams(sd_bus_message* response) const {
  constexpr const char* key = "streams";
  constexpr const char* type = "a(ua{sv})";
  constexpr std::uint64_t serial = 70;
  if (lie_ == Lie::streams_missing) return;
  if (lie_ == Lie::streams_type)
    sd_bus_message_append(response, "{sv}", key, "s", "one");
  else if (lie_ == Lie::streams_empty)
    sd_bus_message_append(response, "{sv}", key, type, 0);
  else if (lie_ == Lie::stream_properties)
    sd_bus_message_append(response, "{sv}{sv}", key, type, 1, 7U, 3, "position", "(uu)", 1U, 2U,
                          "size", "s", "big", "pipewire-serial", "s", "70", "restore_token", "u",
                          7U);
  else if (lie_ == Lie::stream_size)
    sd_bus_message_append(response, "{sv}", key, type, 1, 7U, 1, "size", "(ii)", -1, 360);
  else
    sd_bus_message_append(response, "{sv}{sv}", key, type, 2, 7U, 3, "unknown", "as", 1, "value",
                          "size", "(ii)", 640, 360, "pipewire-serial", "t", serial, 8U, 1, "size",
                          "(ii)", 1, 1, "restore_token", "s", "token");
}

}  // namespace rustcam::test
