#include "capture/x11/connection.h"

#include <sys/socket.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shm.h>
#include <xcb/xfixes.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "capture/x11/silence.h"

namespace rustcam::x11 {
namespace {

std::string connection_code(int code) {
  return code == XCB_CONN_CLOSED_MEM_INSUFFICIENT ? "XCB_CONN_CLOSED_MEM_INSUFFICIENT"
                                                  : "XCB_CONN_ERROR";
}

std::string display_name() {
  const char* name = std::getenv("DISPLAY");
  return name != nullptr ? name : "";
}

Extension query_extension(xcb_connection_t* c, xcb_extension_t* id) {
  const xcb_query_extension_reply_t* data = xcb_get_extension_data(c, id);
  Extension e;
  e.present = data != nullptr && data->present != 0;
  if (e.present) {
    e.first_event = data->first_event;
    e.first_error = data->first_error;
  }
  return e;
}

template <typename Reply>
void take_version(Extension& extension, const Reply& version) {
  extension.present = version != nullptr;
  if (!version) return;
  extension.major = version->major_version;
  extension.minor = version->minor_version;
}

}  // namespace

Connection::Connection(const Patience& patience) : display_(display_name()) {
  Dialled dialled = dial(display_, patience);
  connection_ = std::move(dialled.connection);
  watch_ = std::make_unique<AnswerWatch>(descriptor(), patience);
  if (!is_whole(setup()))
    throw DeviceError("the X server of display " + display_ + " describes itself wrongly");
  xcb_screen_iterator_t it = xcb_setup_roots_iterator(xcb_get_setup(get()));
  for (int i = 0; i < dialled.screen; ++i) xcb_screen_next(&it);
  screen_ = it.data;

  sockaddr_storage address{};
  socklen_t length = sizeof address;
  local_ = getsockname(descriptor(), reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
           address.ss_family == AF_UNIX;
  query_extensions();
}

void Connection::query_extensions() {
  for (xcb_extension_t* id : {&xcb_randr_id, &xcb_shm_id, &xcb_damage_id, &xcb_xfixes_id})
    xcb_prefetch_extension_data(get(), id);
  {
    const AnswerWatch::Awaiting answers(*watch_);
    randr_ = query_extension(get(), &xcb_randr_id);
    shm_ = query_extension(get(), &xcb_shm_id);
    damage_ = query_extension(get(), &xcb_damage_id);
    xfixes_ = query_extension(get(), &xcb_xfixes_id);
  }
  check_open();
  // A server serves an extension's newer requests only to clients that have named the version. All
  // are asked before any answer is awaited: one round trip.
  const auto randr =
      randr_.present ? xcb_randr_query_version(get(), 1, 5) : xcb_randr_query_version_cookie_t{};
  const auto shm = shm_.present ? xcb_shm_query_version(get()) : xcb_shm_query_version_cookie_t{};
  const auto xfixes =
      xfixes_.present ? xcb_xfixes_query_version(get(), 5, 0) : xcb_xfixes_query_version_cookie_t{};
  const auto damage =
      damage_.present ? xcb_damage_query_version(get(), 1, 1) : xcb_damage_query_version_cookie_t{};
  if (randr_.present) take_version(randr_, try_reply(xcb_randr_query_version_reply, randr));
  if (shm_.present) take_version(shm_, try_reply(xcb_shm_query_version_reply, shm));
  if (xfixes_.present) take_version(xfixes_, try_reply(xcb_xfixes_query_version_reply, xfixes));
  if (damage_.present) take_version(damage_, try_reply(xcb_damage_query_version_reply, damage));
}

std::uint32_t Connection::new_id() const {
  const std::uint32_t id = xcb_generate_id(get());
  if (id == UINT32_MAX) check_open();
  return id;
}

void Connection::check_open() const {
  switch (watch_->verdict()) {
    case AnswerWatch::Verdict::silent:
      throw silent(display_, watch_->limit());
    case AnswerWatch::Verdict::interrupted:
      throw interrupted(display_);
    case AnswerWatch::Verdict::answers:
      break;
  }
  const int code = xcb_connection_has_error(get());
  if (code != 0)
    throw DeviceError("the X server of display " + display_ + " has closed the connection",
                      connection_code(code));
}

void Connection::send() const noexcept {
  const AnswerWatch::Awaiting room(*watch_);
  xcb_flush(get());
}

void Connection::flush() const {
  send();
  check_open();
}

bool Connection::reuse(const Patience& patience) {
  set_patience(patience);
  return display_ == display_name() && settle();
}

bool Connection::settle() const noexcept {
  send();
  while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(get())}) {
  }
  return watch_->verdict() == AnswerWatch::Verdict::answers && xcb_connection_has_error(get()) == 0;
}

Size Connection::root_size() const {
  const auto geometry = reply(xcb_get_geometry_reply, xcb_get_geometry(get(), root()),
                              "asking for the size of the X screen");
  return {geometry->width, geometry->height};
}

xcb_atom_t Connection::atom(std::string_view name) const {
  const auto r =
      reply(xcb_intern_atom_reply,
            xcb_intern_atom(get(), 0, static_cast<std::uint16_t>(name.size()), name.data()),
            "naming an X atom");
  return r->atom;
}

Owned<xcb_generic_error_t> Connection::check(xcb_void_cookie_t cookie) const {
  // When the server has answered what came later, xcb knows the outcome and need not wait for it.
  reply(xcb_get_input_focus_reply, xcb_get_input_focus(get()), "waiting for the X server");
  Owned<xcb_generic_error_t> error(xcb_request_check(get(), cookie));
  check_open();
  return error;
}

std::string Connection::error_name(std::uint8_t code) const {
  static constexpr std::array<const char*, 18> core{
      "Success",   "BadRequest", "BadValue",    "BadWindow",   "BadPixmap", "BadAtom",
      "BadCursor", "BadFont",    "BadMatch",    "BadDrawable", "BadAccess", "BadAlloc",
      "BadColor",  "BadGC",      "BadIDChoice", "BadName",     "BadLength", "BadImplementation"};
  if (code < core.size()) return core[code];
  const auto is = [code](const Extension& e, int offset) {
    return e.present && code == e.first_error + offset;
  };
  if (is(shm_, XCB_SHM_BAD_SEG)) return "BadShmSeg";
  if (is(damage_, XCB_DAMAGE_BAD_DAMAGE)) return "BadDamage";
  if (is(xfixes_, XCB_XFIXES_BAD_REGION)) return "BadRegion";
  if (is(randr_, XCB_RANDR_BAD_OUTPUT)) return "BadRROutput";
  if (is(randr_, XCB_RANDR_BAD_CRTC)) return "BadRRCrtc";
  if (is(randr_, XCB_RANDR_BAD_MODE)) return "BadRRMode";
  if (is(randr_, XCB_RANDR_BAD_PROVIDER)) return "BadRRProvider";
  return "X error " + std::to_string(code);
}

void Connection::fail(const char* what, const xcb_generic_error_t* error) const {
  check_open();
  const std::string name = error != nullptr ? error_name(error->error_code) : "no reply";
  throw CaptureError(std::string(what) + " failed: " + name, name);
}

}  // namespace rustcam::x11
