#include "x11_painter.h"

#include <xcb/randr.h>
#include <xcb/render.h>

#include <cstring>
#include <stdexcept>

namespace rustcam::test {
namespace {

struct Free {
  void operator()(void* p) const noexcept { std::free(p); }
};
template <typename T>
std::unique_ptr<T, Free> own(T* p) {
  if (p == nullptr) throw std::runtime_error("the X server did not answer the painter");
  return std::unique_ptr<T, Free>(p);
}

std::int16_t i16(std::int64_t v) {
  return static_cast<std::int16_t>(v);
}
std::uint16_t u16(std::int64_t v) {
  return static_cast<std::uint16_t>(v);
}
xcb_rectangle_t rectangle(const Rect& r) {
  return {i16(r.left), i16(r.top), u16(r.width()), u16(r.height())};
}

}  // namespace

Painter::Painter() : c_(xcb_connect(nullptr, nullptr)) {
  if (xcb_connection_has_error(c_) != 0) throw std::runtime_error("the painter has no display");
  screen_ = xcb_setup_roots_iterator(xcb_get_setup(c_)).data;
  gc_ = xcb_generate_id(c_);
  const std::uint32_t values[] = {XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS, 0};
  xcb_create_gc(c_, gc_, root(), XCB_GC_SUBWINDOW_MODE | XCB_GC_GRAPHICS_EXPOSURES, values);
}

Painter::~Painter() {
  xcb_disconnect(c_);
}

void Painter::sync() const {
  std::free(xcb_get_input_focus_reply(c_, xcb_get_input_focus(c_), nullptr));
}

void Painter::fill(const Rect& rect, std::uint32_t pixel) const {
  xcb_change_gc(c_, gc_, XCB_GC_FOREGROUND, &pixel);
  const xcb_rectangle_t r = rectangle(rect);
  xcb_poly_fill_rectangle(c_, root(), gc_, 1, &r);
}

std::vector<std::uint32_t> Painter::grab(const Rect& rect) const {
  const xcb_rectangle_t r = rectangle(rect);
  const auto image = own(xcb_get_image_reply(
      c_, xcb_get_image(c_, XCB_IMAGE_FORMAT_Z_PIXMAP, root(), r.x, r.y, r.width, r.height, ~0u),
      nullptr));
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(rect.area()));
  std::memcpy(pixels.data(), xcb_get_image_data(image.get()), pixels.size() * 4);
  return pixels;
}

void Painter::warp(Point to) const {
  xcb_warp_pointer(c_, XCB_NONE, root(), 0, 0, 0, 0, i16(to.x), i16(to.y));
  sync();
}

void Painter::set_block_cursor(Size size, Point hot_spot) const {
  const xcb_pixmap_t bits = xcb_generate_id(c_);
  xcb_create_pixmap(c_, 1, bits, root(), u16(size.width), u16(size.height));
  const xcb_gcontext_t gc = xcb_generate_id(c_);
  const std::uint32_t one = 1;
  xcb_create_gc(c_, gc, bits, XCB_GC_FOREGROUND, &one);
  const xcb_rectangle_t all = rectangle(Rect::of(size));
  xcb_poly_fill_rectangle(c_, bits, gc, 1, &all);
  const xcb_cursor_t cursor = xcb_generate_id(c_);
  xcb_create_cursor(c_, cursor, bits, bits, 0xffff, 0, 0, 0, 0, 0, u16(hot_spot.x),
                    u16(hot_spot.y));
  xcb_change_window_attributes(c_, root(), XCB_CW_CURSOR, &cursor);
  xcb_free_cursor(c_, cursor);
  xcb_free_gc(c_, gc);
  xcb_free_pixmap(c_, bits);
  sync();
}

void Painter::set_argb_cursor(Size size, Point hot_spot,
                              const std::vector<std::uint32_t>& pixels) const {
  const auto formats =
      own(xcb_render_query_pict_formats_reply(c_, xcb_render_query_pict_formats(c_), nullptr));
  xcb_render_pictformat_t argb = 0;
  for (auto f = xcb_render_query_pict_formats_formats_iterator(formats.get()); f.rem != 0;
       xcb_render_pictforminfo_next(&f))
    if (f.data->depth == 32 && f.data->direct.alpha_mask == 0xff &&
        f.data->direct.alpha_shift == 24 && f.data->direct.red_shift == 16)
      argb = f.data->id;
  const xcb_pixmap_t pixmap = xcb_generate_id(c_);
  xcb_create_pixmap(c_, 32, pixmap, root(), u16(size.width), u16(size.height));
  const xcb_gcontext_t gc = xcb_generate_id(c_);
  xcb_create_gc(c_, gc, pixmap, 0, nullptr);
  xcb_put_image(c_, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, u16(size.width), u16(size.height), 0, 0,
                0, 32, static_cast<std::uint32_t>(pixels.size() * 4),
                reinterpret_cast<const std::uint8_t*>(pixels.data()));
  const xcb_render_picture_t picture = xcb_generate_id(c_);
  xcb_render_create_picture(c_, picture, pixmap, argb, 0, nullptr);
  const xcb_cursor_t cursor = xcb_generate_id(c_);
  xcb_render_create_cursor(c_, cursor, picture, u16(hot_spot.x), u16(hot_spot.y));
  xcb_change_window_attributes(c_, root(), XCB_CW_CURSOR, &cursor);
  xcb_free_cursor(c_, cursor);
  xcb_render_free_picture(c_, picture);
  xcb_free_gc(c_, gc);
  xcb_free_pixmap(c_, pixmap);
  sync();
}

xcb_atom_t Painter::atom(const std::string& name) const {
  return own(xcb_intern_atom_reply(
                 c_, xcb_intern_atom(c_, 0, u16(static_cast<int>(name.size())), name.data()),
                 nullptr))
      ->atom;
}

xcb_window_t Painter::make_window(const Rect& rect, const std::string& title,
                                  std::uint32_t pid) const {
  const xcb_window_t window = xcb_generate_id(c_);
  const xcb_rectangle_t r = rectangle(rect);
  xcb_create_window(c_, XCB_COPY_FROM_PARENT, window, root(), r.x, r.y, r.width, r.height, 0,
                    XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0, nullptr);
  set_title(window, title);
  xcb_change_property(c_, XCB_PROP_MODE_REPLACE, window, atom("_NET_WM_PID"), XCB_ATOM_CARDINAL, 32,
                      1, &pid);
  xcb_map_window(c_, window);
  sync();
  return window;
}

void Painter::set_title(xcb_window_t window, const std::string& title) const {
  xcb_change_property(c_, XCB_PROP_MODE_REPLACE, window, atom("_NET_WM_NAME"), atom("UTF8_STRING"),
                      8, static_cast<std::uint32_t>(title.size()), title.data());
  sync();
}

void Painter::set_client_list(const std::vector<xcb_window_t>& windows) const {
  xcb_change_property(c_, XCB_PROP_MODE_REPLACE, root(), atom("_NET_CLIENT_LIST"), XCB_ATOM_WINDOW,
                      32, static_cast<std::uint32_t>(windows.size()), windows.data());
  sync();
}

void Painter::close_window(xcb_window_t window) const {
  xcb_client_message_event_t event{};
  event.response_type = XCB_CLIENT_MESSAGE;
  event.format = 32;
  event.window = window;
  event.type = atom("WM_PROTOCOLS");
  event.data.data32[0] = atom("WM_DELETE_WINDOW");
  xcb_send_event(c_, 0, window, 0, reinterpret_cast<const char*>(&event));
  sync();
}

xcb_window_t Painter::find_window(const std::string& title) const {
  const auto tree = own(xcb_query_tree_reply(c_, xcb_query_tree(c_, root()), nullptr));
  const xcb_window_t* children = xcb_query_tree_children(tree.get());
  for (int i = 0; i < xcb_query_tree_children_length(tree.get()); ++i) {
    const auto name = own(xcb_get_property_reply(
        c_, xcb_get_property(c_, 0, children[i], atom("_NET_WM_NAME"), XCB_ATOM_ANY, 0, 256),
        nullptr));
    const std::string text(static_cast<const char*>(xcb_get_property_value(name.get())),
                           static_cast<std::size_t>(xcb_get_property_value_length(name.get())));
    if (text == title) return children[i];
  }
  return XCB_NONE;
}

struct Painter::Output {
  xcb_randr_output_t output = 0;
  xcb_randr_crtc_t crtc = 0;
};

Painter::Output Painter::find_output(int index) const {
  const auto resources = own(xcb_randr_get_screen_resources_current_reply(
      c_, xcb_randr_get_screen_resources_current(c_, root()), nullptr));
  return {xcb_randr_get_screen_resources_current_outputs(resources.get())[index],
          xcb_randr_get_screen_resources_current_crtcs(resources.get())[index]};
}

std::uint32_t Painter::find_mode(int index, Size size) const {
  const auto resources = own(xcb_randr_get_screen_resources_current_reply(
      c_, xcb_randr_get_screen_resources_current(c_, root()), nullptr));
  for (auto m = xcb_randr_get_screen_resources_current_modes_iterator(resources.get()); m.rem != 0;
       xcb_randr_mode_info_next(&m)) {
    if (m.data->width != size.width || m.data->height != size.height) continue;
    xcb_randr_add_output_mode(c_, find_output(index).output, m.data->id);
    return m.data->id;
  }
  throw std::runtime_error("the dummy driver has no mode " + to_string(size));
}

void Painter::configure(const Output& output, std::uint32_t mode, Point corner) const {
  const auto reply = own(xcb_randr_set_crtc_config_reply(
      c_,
      xcb_randr_set_crtc_config(c_, output.crtc, XCB_CURRENT_TIME, XCB_CURRENT_TIME, i16(corner.x),
                                i16(corner.y), mode, XCB_RANDR_ROTATION_ROTATE_0, mode != 0 ? 1 : 0,
                                &output.output),
      nullptr));
  if (reply->status != XCB_RANDR_SET_CONFIG_SUCCESS)
    throw std::runtime_error("the X server refused the mode");
}

void Painter::set_mode(int output, Size size, Point corner) const {
  const std::uint32_t mode = find_mode(output, size);
  grab_server();
  configure(find_output(output), 0, {});
  const Size all{3000, 2000};
  xcb_randr_set_screen_size(c_, root(), u16(all.width), u16(all.height), 800, 500);
  configure(find_output(output), mode, corner);
  ungrab_server();
}

void Painter::switch_off(int output) const {
  configure(find_output(output), 0, {});
  sync();
}

void Painter::define_monitor(const std::string& name, const Rect& rect) const {
  xcb_randr_delete_monitor(c_, root(), atom(name));
  sync();
  if (rect.empty()) return;
  // libxcb 1.15 asserts in xcb_randr_set_monitor, whose request has a list inside a structure.
  const std::string geometry = std::to_string(rect.width()) + "/100x" +
                               std::to_string(rect.height()) + "/100+" + std::to_string(rect.left) +
                               "+" + std::to_string(rect.top);
  const std::string command = "xrandr --setmonitor '" + name + "' " + geometry + " none";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("xrandr failed: " + command);
}

void Painter::grab_server() const {
  xcb_grab_server(c_);
  sync();
}

void Painter::ungrab_server() const {
  xcb_ungrab_server(c_);
  sync();
}

}  // namespace rustcam::test
