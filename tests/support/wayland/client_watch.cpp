#include "client_watch.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rustcam::test {
namespace {

/// What a client should destroy before it leaves, and the number of the request that does.
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 7> destroyers{
    {{"wl_buffer", 0},
     {"wl_shm_pool", 1},
     {"zwlr_screencopy_frame_v1", 1},
     {"ext_image_capture_source_v1", 0},
     {"ext_image_copy_capture_session_v1", 1},
     {"ext_image_copy_capture_frame_v1", 0},
     {"ext_image_copy_capture_cursor_session_v1", 0}}};

/// A client's last requests, which libwayland does not read if it hangs up at once: pairs of an
/// object and the number of a request.
std::set<std::pair<std::uint32_t, std::uint32_t>> last_words(int fd) {
  std::vector<char> bytes;
  std::array<char, 4096> piece{};
  // One call ends where file descriptors were sent along; these are closed, since nobody takes
  // them.
  for (ssize_t got = 0; (got = recv(fd, piece.data(), piece.size(), MSG_DONTWAIT)) > 0;)
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + got);
  std::set<std::pair<std::uint32_t, std::uint32_t>> words;
  const std::size_t end = bytes.size();
  for (std::size_t at = 0; at + 8 <= end;) {
    std::array<std::uint32_t, 2> header{};
    std::memcpy(header.data(), bytes.data() + at, sizeof header);
    words.emplace(header[0], header[1] & 0xFFFF);
    at += std::max<std::size_t>(header[1] >> 16, 8);
  }
  return words;
}

struct Inventory {
  std::set<std::pair<std::uint32_t, std::uint32_t>> destroyed;
  std::map<std::string_view, int> left{};
};

wl_iterator_result take_stock(wl_resource* resource, void* data) {
  auto& inventory = *static_cast<Inventory*>(data);
  const auto known =
      std::ranges::find(destroyers, std::string_view(wl_resource_get_class(resource)),
                        &decltype(destroyers)::value_type::first);
  if (known != destroyers.end() &&
      !inventory.destroyed.contains({wl_resource_get_id(resource), known->second}))
    ++inventory.left[known->first];
  return WL_ITERATOR_CONTINUE;
}

}  // namespace

ClientWatch::ClientWatch(Desk& desk)
    : desk_(desk), logger_(wl_display_add_protocol_logger(desk.display, message, this)) {
  created_.owner = this;
  created_.listener.notify = client_created;
  wl_display_add_client_created_listener(desk.display, &created_.listener);
}

ClientWatch::~ClientWatch() {
  wl_list_remove(&created_.listener.link);
  wl_protocol_logger_destroy(logger_);
}

void ClientWatch::client_created(wl_listener* listener, void* data) {
  ClientWatch* self = reinterpret_cast<Created*>(listener)->owner;
  auto* client = static_cast<wl_client*>(data);
  self->desk_.count("clients");
  const auto place = self->left_.emplace(self->left_.end());
  place->on_destroy(client, [self, client, place] {
    self->client_left(client);
    self->left_.erase(place);
  });
}

void ClientWatch::client_left(wl_client* client) {
  desk_.count("clients_left");
  for (CaptureProtocol* one : desk_.captures) one->client_left(client);
  if (guilty_.erase(client) != 0 || desk_.closing) return;
  Inventory inventory{last_words(wl_client_get_fd(client))};
  wl_client_for_each_resource(client, take_stock, &inventory);
  for (const auto& [what, count] : inventory.left)
    desk_.careless("leaked", "a client left without destroying " + std::to_string(count) + " " +
                                 std::string(what));
}

void ClientWatch::message(void* data, wl_protocol_logger_type type,
                          const wl_protocol_logger_message* message) {
  auto* self = static_cast<ClientWatch*>(data);
  const std::string_view object = wl_resource_get_class(message->resource);
  const std::string_view name = message->message->name;
  if (type == WL_PROTOCOL_LOGGER_EVENT && object == "wl_display" && name == "error") {
    self->guilty_.insert(wl_resource_get_client(message->resource));
    // Ours are told where they are found.
    if (!self->desk_.posting_error)
      self->desk_.violation("protocol_error", message->arguments[2].s);
  }
  if (type == WL_PROTOCOL_LOGGER_REQUEST && object == "wl_shm" && name == "create_pool") {
    self->desk_.count("pools");
    const int seals = fcntl(message->arguments[1].h, F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0)
      self->desk_.careless("not_sealed", "shared memory is not sealed against shrinking");
  }
}

}  // namespace rustcam::test
