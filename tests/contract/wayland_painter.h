// Another program in the same Wayland session: it covers the output with a picture of its own. It
// speaks the protocol by itself, so that it shares no code with what is tested.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/geometry.h"

namespace rustcam::test {

class WaylandPainter {
 public:
  /// Connects to the compositor's socket and covers its first output, which has `size` pixels and a
  /// scale of 1, with black. Throws std::runtime_error if that does not work within 20 s.
  WaylandPainter(const std::string& socket, Size size);
  ~WaylandPainter();
  WaylandPainter(const WaylandPainter&) = delete;
  WaylandPainter& operator=(const WaylandPainter&) = delete;

  /// Fills a part of the picture with a colour (0xrrggbb); returns when it is on the screen.
  void fill(const Rect& rect, std::uint32_t color);

 private:
  using Words = std::vector<std::uint32_t>;
  using Handler = std::function<void(std::uint32_t event, const Words& body)>;

  std::uint32_t make(Handler handler = nullptr);
  void send(std::uint32_t object, std::uint32_t request, const Words& body, int fd = -1);
  std::uint32_t bind(const std::string& interface, std::uint32_t version);
  void learn(std::uint32_t event, const Words& body);
  void dispatch();
  void wait_for(const bool& done);
  void sync();
  void cover();
  std::uint32_t make_buffer();
  void show(const Rect& changed);

  struct Global {
    std::uint32_t number;
    std::string interface;
  };

  int fd_ = -1;
  std::uint32_t last_id_ = 1;
  Words incoming_{};
  std::map<std::uint32_t, Handler> handlers_{};
  std::vector<Global> globals_{};
  std::uint32_t registry_ = 0;
  std::uint32_t shm_ = 0;
  std::uint32_t surface_ = 0;
  std::uint32_t buffer_ = 0;
  Size size_;
  Words picture_;
};

}  // namespace rustcam::test
