#include "capture/x11/windows.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "capture/x11/reply_items.h"

namespace rustcam::x11 {
namespace {

constexpr std::uint32_t max_property_words = 4096;

struct Atoms {
  explicit Atoms(const Connection& c)
      : client_list(c.atom("_NET_CLIENT_LIST")),
        name(c.atom("_NET_WM_NAME")),
        pid(c.atom("_NET_WM_PID")),
        utf8(c.atom("UTF8_STRING")) {}
  xcb_atom_t client_list;
  xcb_atom_t name;
  xcb_atom_t pid;
  xcb_atom_t utf8;
};

xcb_get_property_cookie_t ask(const Connection& c, xcb_window_t window, xcb_atom_t property,
                              xcb_atom_t type) {
  return xcb_get_property(c.get(), 0, window, property, type, 0, max_property_words);
}

using Property = Owned<xcb_get_property_reply_t>;

std::string_view text_of(const Property& p) {
  if (!p || p->format != 8) return {};
  const auto letters = ReplyItems(*p).take<char>(p->value_len);
  return {letters.data(), letters.size()};
}

/// nullopt if it is no property of words.
std::optional<std::vector<std::uint32_t>> words_of(const Property& p) {
  if (!p || p->format != 32) return std::nullopt;
  ReplyItems items(*p);
  const auto words = items.take<std::uint32_t>(p->value_len);
  if (!items.complete()) return std::nullopt;
  return std::vector(words.begin(), words.end());
}

std::vector<xcb_window_t> visible_children(const Connection& c) {
  constexpr const char* asking = "asking for the X screen's windows";
  const auto tree = c.reply(xcb_query_tree_reply, xcb_query_tree(c.get(), c.root()), asking);
  ReplyItems items(*tree);
  const auto children = items.take<xcb_window_t>(tree->children_len);
  if (!items.complete()) false_reply(asking);
  std::vector<xcb_get_window_attributes_cookie_t> cookies;
  cookies.reserve(children.size());
  for (const xcb_window_t child : children)
    cookies.push_back(xcb_get_window_attributes(c.get(), child));
  std::vector<xcb_window_t> visible;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto a = c.try_reply(xcb_get_window_attributes_reply, cookies[i]);
    if (a && a->map_state == XCB_MAP_STATE_VIEWABLE && a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT)
      visible.push_back(children[i]);
  }
  return visible;
}

struct Questions {
  xcb_window_t window;
  xcb_get_property_cookie_t name;
  xcb_get_property_cookie_t old_name;
  xcb_get_property_cookie_t pid;
  xcb_get_geometry_cookie_t geometry;
  xcb_translate_coordinates_cookie_t place;
};

Questions question(const Connection& c, const Atoms& atoms, xcb_window_t w) {
  return {w,
          ask(c, w, atoms.name, atoms.utf8),
          ask(c, w, XCB_ATOM_WM_NAME, XCB_ATOM_STRING),
          ask(c, w, atoms.pid, XCB_ATOM_CARDINAL),
          xcb_get_geometry(c.get(), w),
          xcb_translate_coordinates(c.get(), w, c.root(), 0, 0)};
}

/// nullopt if the window has gone meanwhile.
std::optional<TargetInfo> answer(const Connection& c, const Questions& q) {
  const auto name = c.try_reply(xcb_get_property_reply, q.name);
  const auto old_name = c.try_reply(xcb_get_property_reply, q.old_name);
  const auto pid = words_of(c.try_reply(xcb_get_property_reply, q.pid));
  const auto geometry = c.try_reply(xcb_get_geometry_reply, q.geometry);
  const auto place = c.try_reply(xcb_translate_coordinates_reply, q.place);
  if (!geometry || !place) return std::nullopt;
  TargetInfo info;
  info.kind = TargetKind::window;
  info.window = q.window;
  info.identity = std::to_string(q.window);
  info.backend = backend_name;
  info.name = text_of(name).empty() ? to_utf8(text_of(old_name)) : to_utf8(text_of(name));
  if (pid && !pid->empty()) info.pid = pid->front();
  info.desktop = Rect::of(Point{place->dst_x, place->dst_y}, {geometry->width, geometry->height});
  return info;
}

}  // namespace

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x80) {
      out.push_back(letter);
    } else {
      out.push_back(static_cast<char>(0xc0 | code >> 6));
      out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    }
  }
  return out;
}

std::vector<TargetInfo> list_windows(const Connection& c) {
  const Atoms atoms(c);
  const auto list =
      c.try_reply(xcb_get_property_reply, ask(c, c.root(), atoms.client_list, XCB_ATOM_WINDOW));
  const std::optional<std::vector<xcb_window_t>> listed = words_of(list);
  const bool managed = listed.has_value();
  const std::vector<xcb_window_t> ids = managed ? *listed : visible_children(c);
  std::vector<Questions> questions;
  questions.reserve(ids.size());
  for (const xcb_window_t id : ids) questions.push_back(question(c, atoms, id));
  std::vector<TargetInfo> windows;
  for (const Questions& q : questions)
    if (auto info = answer(c, q); info && (managed || !info->name.empty())) {
      info->index = static_cast<int>(windows.size());
      windows.push_back(*std::move(info));
    }
  return windows;
}

}  // namespace rustcam::x11
