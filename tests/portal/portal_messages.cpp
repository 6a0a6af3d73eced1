#include "portal_messages.h"

#include <algorithm>
#include <stdexcept>

namespace rustcam::test {
namespace {

/// The part of a path that stands for a client.
std::string client_part(std::string owner) {
  owner.erase(0, 1);
  std::replace(owner.begin(), owner.end(), '.', '_');
  return owner;
}

}  // namespace

std::string bus_text(const char* value) {
  return value != nullptr ? value : "";
}

std::string portal_path(const char* kind, const std::string& owner, const std::string& token) {
  return std::string(portal_root) + "/" + kind + "/" + client_part(owner) + "/" + token;
}

BusSignal::BusSignal(sd_bus* bus, const std::string& path, const char* interface,
                     const char* member) {
  if (sd_bus_message_new_signal(bus, &message, path.c_str(), interface, member) < 0)
    throw std::runtime_error("no signal can be made");
}

void BusSignal::send(const std::string& owner) const {
  sd_bus_send_to(sd_bus_message_get_bus(message), message, owner.c_str(), nullptr);
}

PortalOptions read_options(sd_bus_message* call) {
  PortalOptions options;
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
    if (const auto found = texts.find(bus_text(key)); found != texts.end()) {
      sd_bus_message_read(call, "v", "s", &value);
      *found->second = bus_text(value);
    } else if (const auto number = numbers.find(bus_text(key)); number != numbers.end()) {
      sd_bus_message_read(call, "v", "u", number->second);
    } else if (bus_text(key) == "multiple") {
      sd_bus_message_read(call, "v", "b", &flag);
      options.multiple = flag != 0;
    } else {
      sd_bus_message_skip(call, "v");
    }
    sd_bus_message_exit_container(call);
  }
  sd_bus_message_exit_container(call);
  options.request = portal_path("request", bus_text(sd_bus_message_get_sender(call)), token);
  return options;
}

int answer_property(sd_bus_message* call, const std::string& member, const std::string& owner,
                    const std::map<std::string, std::uint32_t>& values) {
  const char* interface = nullptr;
  if (sd_bus_message_read(call, "s", &interface) < 0 || bus_text(interface) != owner)
    return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_INTERFACE, "no such interface");
  if (member == "Get") {
    const char* wanted = nullptr;
    sd_bus_message_read(call, "s", &wanted);
    const auto found = values.find(bus_text(wanted));
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
  const int sent = sd_bus_send(nullptr, reply, nullptr);
  sd_bus_message_unref(reply);
  return sent < 0 ? sent : 1;
}

void append_cast(sd_bus_message* response, const GrantedCast& cast) {
  sd_bus_message_append(response, "u", 0u);
  sd_bus_message_open_container(response, 'a', "{sv}");
  sd_bus_message_open_container(response, 'e', "sv");
  sd_bus_message_append(response, "s", "streams");
  sd_bus_message_open_container(response, 'v', "a(ua{sv})");
  sd_bus_message_open_container(response, 'a', "(ua{sv})");
  sd_bus_message_open_container(response, 'r', "ua{sv}");
  sd_bus_message_append(response, "u", cast.node);
  sd_bus_message_open_container(response, 'a', "{sv}");
  sd_bus_message_append(response, "{sv}", "position", "(ii)", 0, 0);
  sd_bus_message_append(response, "{sv}", "size", "(ii)", cast.size.width, cast.size.height);
  sd_bus_message_append(response, "{sv}", "source_type", "u", cast.source_type);
  if (cast.serial) sd_bus_message_append(response, "{sv}", "pipewire-serial", "t", *cast.serial);
  for (int open = 0; open < 5; ++open) sd_bus_message_close_container(response);
  if (!cast.restore_token.empty()) {
    sd_bus_message_append(response, "{sv}", "persist_mode", "u", 2u);
    sd_bus_message_append(response, "{sv}", "restore_token", "s", cast.restore_token.c_str());
  }
  sd_bus_message_close_container(response);
}

}  // namespace rustcam::test
