#include "server.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "screen_info.h"
#include "seat.h"
#include "shm_pixels.h"

namespace rustcam::test {

Server::Server(UniqueFd listening, CompositorReport& report, Faults& faults)
    : desk_(report, faults), wlr_(desk_), ext_(desk_) {
  desk_.display = wl_display_create();
  if (desk_.display == nullptr || wl_display_add_socket_fd(desk_.display, listening.get()) != 0)
    throw std::runtime_error("cannot make a Wayland display");
  (void)listening.release();
  desk_.formats = {WL_SHM_FORMAT_XRGB8888, WL_SHM_FORMAT_ARGB8888};
  desk_.captures = {&wlr_, &ext_};
  watch_ = std::make_unique<ClientWatch>(desk_);
  wl_display_init_shm(desk_.display);
  for (const std::uint32_t format : shm_formats())
    if (format != WL_SHM_FORMAT_XRGB8888 && format != WL_SHM_FORMAT_ARGB8888)
      wl_display_add_shm_format(desk_.display, format);
  offer_surfaces(desk_);
  offer_seat(desk_);
  offer_xdg_outputs(desk_);
}

Server::~Server() {
  desk_.closing = true;
  wl_display_destroy_clients(desk_.display);
  watch_.reset();
  wl_display_destroy(desk_.display);
}

void Server::serve(TaskQueue& tasks) {
  ended_ = false;
  while (!ended_) {
    wait(tasks.fd());
    const TimePoint when = now();
    for (auto& [screen, player] : players_) play_on(*screen, player, when);
    if (!silent_) {
      wl_event_loop_dispatch(wl_display_get_event_loop(desk_.display), 0);
      for (const auto& screen : desk_.screens)
        if (!screen->gone()) screen->present_if_due(now());
    }
    tasks.drain();
    if (!silent_) wl_display_flush_clients(desk_.display);
  }
}

void Server::wait(int wake_fd) {
  std::array<pollfd, 2> fds{
      {{wake_fd, POLLIN, 0},
       {silent_ ? -1 : wl_event_loop_get_fd(wl_display_get_event_loop(desk_.display)), POLLIN, 0}}};
  const std::optional<TimePoint> next = next_event();
  timespec left{};
  if (next) {
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t ns = std::max<std::int64_t>((*next - now()).count(), 0);
    left.tv_sec = ns / second;
    left.tv_nsec = ns % second;
  }
  ppoll(fds.data(), fds.size(), next ? &left : nullptr, nullptr);
}

std::optional<TimePoint> Server::next_event() const {
  std::optional<TimePoint> next;
  const auto at = [&](std::optional<TimePoint> when) {
    if (when) next = next ? std::min(*next, *when) : *when;
  };
  for (const auto& [screen, player] : players_) at(player.next());
  if (!silent_)
    for (const auto& screen : desk_.screens)
      if (!screen->gone()) at(screen->next_frame());
  return next;
}

void Server::play_on(Screen& screen, Player& player, TimePoint when) {
  if (player.next() > when) return;
  const std::int64_t due = (when - player.begun) / player.period;
  const Region changed = player.scene->dirty(player.shown, due);
  player.scene->draw(due, changed, screen.view());
  desk_.count("painted");
  desk_.report.counts["skipped"] += static_cast<int>(due - player.shown - 1);
  player.shown = due;
  screen.changed(changed);
}

void Server::play(const std::string& name, std::unique_ptr<rustcam::Scene> scene, Duration period) {
  Screen& on = screen(name);
  players_.erase(&on);
  if (!scene) return;
  const Rect all = Rect::of(on.size());
  scene->draw(0, all, on.view());
  desk_.count("painted");
  on.changed(all);
  players_.emplace(&on, Player{std::move(scene), period, now()});
}

void Server::add(const OutputSettings& settings) {
  desk_.screens.push_back(std::make_unique<Screen>(desk_, settings));
  offer_output(*desk_.screens.back());
}

void Server::change(const std::string& name, const OutputSettings& settings) {
  Screen& changed = screen(name);
  players_.erase(&changed);
  changed.change(settings);
}

void Server::remove(const std::string& name) {
  Screen& removed = screen(name);
  players_.erase(&removed);
  withdraw_output(removed);
  removed.remove();
}

Screen& Server::screen(const std::string& name) {
  Screen* found = desk_.screen(name);
  if (found == nullptr) throw std::invalid_argument("there is no output '" + name + "'");
  return *found;
}

void Server::offer(Offer offered) {
  wlr_.offer(offered.wlr);
  ext_.offer(offered.ext);
}

}  // namespace rustcam::test
