// Another program on the same X screen: it draws, moves the pointer, changes modes, and takes
// pictures of its own to compare with.
#pragma once

#include <xcb/xcb.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/geometry.h"

namespace rustcam::test {

class Painter {
 public:
  Painter();
  ~Painter();
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  xcb_connection_t* get() const noexcept { return c_; }
  xcb_window_t root() const noexcept { return screen_->root; }
  /// Returns when the server has done all that was asked.
  void sync() const;
  /// `pixel` is in the root window's format.
  void fill(const Rect& rect, std::uint32_t pixel) const;
  /// Raw pixels of the root window, row by row, by plain GetImage.
  std::vector<std::uint32_t> grab(const Rect& rect) const;

  void warp(Point to) const;
  /// A black and white pointer of this size with its hot spot.
  void set_block_cursor(Size size, Point hot_spot) const;
  /// A pointer of premultiplied ARGB pixels.
  void set_argb_cursor(Size size, Point hot_spot, const std::vector<std::uint32_t>& pixels) const;

  /// A visible window with a title (UTF-8) and process id.
  xcb_window_t make_window(const Rect& rect, const std::string& title, std::uint32_t pid) const;
  void set_title(xcb_window_t window, const std::string& title) const;
  void set_client_list(const std::vector<xcb_window_t>& windows) const;
  void close_window(xcb_window_t window) const;  ///< as a window manager asks for it
  xcb_window_t find_window(const std::string& title) const;

  /// Dummy driver: DUMMY<output> shows its first mode of this size at `corner`, while other clients
  /// are locked out, as xrandr does it.
  void set_mode(int output, Size size, Point corner) const;
  void switch_off(int output) const;
  /// A monitor that a user defines, as `xrandr --setmonitor`; an empty `rect` deletes it.
  void define_monitor(const std::string& name, const Rect& rect) const;
  void grab_server() const;
  void ungrab_server() const;

 private:
  struct Output;
  Output find_output(int index) const;
  std::uint32_t find_mode(int index, Size size) const;
  void configure(const Output& output, std::uint32_t mode, Point corner) const;
  xcb_atom_t atom(const std::string& name) const;

  xcb_connection_t* c_;
  xcb_screen_t* screen_ = nullptr;
  xcb_gcontext_t gc_ = 0;
};

}  // namespace rustcam::test
