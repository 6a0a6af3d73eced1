// A made-up desktop: the portal's ScreenCast on the session's bus, and its pictures on PipeWire.
// Orders come on standard input, one a line; what happens is told on standard output, a line of
// JSON each.
#include <pipewire/pipewire.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "cast_desktop.h"
#include "portal_service.h"
#include "stand_in_orders.h"

namespace rustcam::test {
namespace {

struct Settings {
  std::string personality = "plain";
  std::string scene = "mover";
  Size size{640, 360};
  Rational hz{60, 1};
  bool still = false;
  bool stale_node = false;
  std::uint32_t version = 5;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--still") {
      settings.still = true;
      continue;
    }
    if (option == "--stale-node") {
      settings.stale_node = true;
      continue;
    }
    if (++i == argc) throw std::invalid_argument(option + " needs a value");
    const std::string value = argv[i];
    if (option == "--personality")
      settings.personality = value;
    else if (option == "--scene")
      settings.scene = value;
    else if (option == "--size")
      settings.size = parse_size(value);
    else if (option == "--rate")
      settings.hz = make_rational(std::stoi(value), 1);
    else if (option == "--portal-version")
      settings.version = static_cast<std::uint32_t>(std::stoul(value));
    else
      throw std::invalid_argument("unknown option " + option);
  }
  return settings;
}

void tell(const nlohmann::json& line) {
  std::cout << line.dump() << std::endl;
}

/// Takes whole lines from standard input without ever waiting.
class Orders {
 public:
  /// nullopt: none yet. Only if there is something to read, or next() gave a line before.
  std::optional<std::string> next() {
    const std::size_t end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }
  /// False at the end.
  bool read() {
    std::array<char, 4096> more{};
    const ssize_t count = ::read(STDIN_FILENO, more.data(), more.size());
    if (count > 0) text_.append(more.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

 private:
  std::string text_;
};

class StandIn {
 public:
  explicit StandIn(const Settings& settings)
      : desktop_(personality(settings.personality), settings.scene, settings.size, settings.hz,
                 tell),
        portal_({.version = settings.version,
                 .cursor_modes = personality(settings.personality).cursor_modes},
                maker()),
        past_(settings.stale_node ? 10'000 : 0) {
    if (settings.still) desktop_.screen().stand();
  }

  void run() {
    tell({{"event", "ready"}});
    bool more = true;
    while (more) {
      turn();
      std::array<pollfd, 3> waited{{{STDIN_FILENO, POLLIN, 0},
                                    {desktop_.descriptor(), POLLIN, 0},
                                    {portal_.descriptor(), portal_.events(), 0}}};
      wait(waited);
      if (waited[0].revents == 0) continue;
      more = orders_.read();
      while (const auto order = orders_.next()) obey(*order);
    }
  }

 private:
  CastMaker maker() {
    return {
        .begin =
            [this](std::uint32_t cursor_mode) {
              const CastDesktop::Begun begun = desktop_.begin(cursor_mode);
              return CastMaker::Made{begun.node + past_, begun.serial, desktop_.screen().size()};
            },
        .end = [this](std::uint32_t node) { desktop_.end(node - past_); },
        .open_remote = [] { return CastDesktop::open_remote(); },
        .tell = tell};
  }

  void turn() {
    portal_.turn();
    desktop_.turn();
  }

  void wait(std::array<pollfd, 3>& on) const {
    std::optional<TimePoint> until = desktop_.next_turn();
    if (const auto bus = portal_.next_turn()) until = std::min(until.value_or(*bus), *bus);
    if (!until) {
      poll(on.data(), on.size(), -1);
      return;
    }
    const Duration left = std::max(Duration(0), *until - now());
    timespec patience{};
    patience.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000);
    patience.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
    ppoll(on.data(), on.size(), &patience, nullptr);
  }

  void obey(const std::string& order) {
    try {
      if (!portal_.obey(order) && !test::obey(order, desktop_))
        throw std::invalid_argument("unknown order");
      turn();
      tell({{"event", "done"}, {"order", order}});
    } catch (const std::exception& problem) {
      tell({{"event", "error"}, {"order", order}, {"what", problem.what()}});
    }
  }

  CastDesktop desktop_;
  PortalService portal_;
  Orders orders_;
  std::uint32_t past_;  ///< by how much the numbers of nodes that are told are out of date
};

}  // namespace
}  // namespace rustcam::test

int main(int argc, char** argv) {
  try {
    const rustcam::test::Settings settings = rustcam::test::parse(argc, argv);
    pw_init(nullptr, nullptr);
    rustcam::test::StandIn(settings).run();
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << "portal_stand_in: " << problem.what() << '\n';
    return 1;
  }
}
