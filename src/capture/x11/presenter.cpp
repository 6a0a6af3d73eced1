#include "capture/x11/presenter.h"

#include <unistd.h>
#include <xcb/shm.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/target_request.h"
#include "capture/x11/connection.h"
#include "capture/x11/lease.h"
#include "capture/x11/outputs.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/shm_segment.h"
#include "stimulus/scene.h"

namespace rustcam::x11 {
namespace {

constexpr std::size_t max_rects = 64;

TargetInfo choose_output(const Connection& c, const std::optional<std::string>& wanted) {
  const std::vector<TargetInfo> outputs = list_outputs(c);
  if (outputs.empty()) throw CaptureError("the X screen has no active output; switch one on");
  return wanted ? find_named(outputs, *wanted) : default_target(outputs);
}

class Window final : public Presenter {
 public:
  explicit Window(const PresenterOptions& options);
  ~Window() override;
  bool present(std::int64_t n) override;

 private:
  void open(Point corner);
  bool take_events();
  void put(const Rect& rect);
  std::size_t offset(const Rect& rect) const {
    return (static_cast<std::size_t>(rect.top) * static_cast<std::size_t>(size_.width) +
            static_cast<std::size_t>(rect.left)) *
           4;
  }

  ConnectionLease lease_;
  const Connection& connection_;
  PixelLayout layout_;
  Size size_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<ShmSegment> segment_;
  std::vector<std::uint8_t> own_picture_;  ///< unless the scene is drawn into shared memory itself
  std::uint8_t* picture_ = nullptr;        ///< bgra, rows without padding
  std::vector<std::uint8_t> packed_;       ///< one rectangle, if memory is not shared
  xcb_window_t window_ = XCB_NONE;
  xcb_gcontext_t context_ = XCB_NONE;
  xcb_atom_t protocols_ = XCB_NONE;
  xcb_atom_t delete_window_ = XCB_NONE;
  std::optional<std::int64_t> shown_;
  Region exposed_;
  bool open_ = true;
};

Window::Window(const PresenterOptions& options)
    : lease_(options.patience), connection_(*lease_), layout_(root_layout(connection_)) {
  if (!layout_.can_be_drawn_in())
    throw DuplicationError("the X screen has " + layout_.name() +
                           " pixels of a kind that stimuli are not drawn in; run the X server "
                           "with 24-bit or 30-bit true colour");
  const TargetInfo output = choose_output(connection_, options.output);
  size_ = options.size.value_or(output.size());
  scene_ = make_scene(options.scene, size_, {.barcode = options.barcode, .hz = options.hz});
  const std::size_t bytes = static_cast<std::size_t>(Rect::of(size_).area()) * 4;
  segment_ = ShmSegment::create(connection_, bytes);
  if (segment_ && layout_.is_bgrx()) {
    picture_ = segment_->data();
  } else {
    own_picture_.resize(bytes);
    picture_ = own_picture_.data();
  }
  open({output.desktop.left, output.desktop.top});
}

Window::~Window() {
  if (context_ != XCB_NONE) xcb_free_gc(connection_.get(), context_);
  if (window_ != XCB_NONE) xcb_destroy_window(connection_.get(), window_);
}

void Window::open(Point corner) {
  xcb_connection_t* c = connection_.get();
  window_ = connection_.new_id();
  const std::uint32_t mask = XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK;
  const std::uint32_t values[] = {connection_.screen().black_pixel, 1,
                                  XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_STRUCTURE_NOTIFY};
  xcb_create_window(c, XCB_COPY_FROM_PARENT, window_, connection_.root(),
                    static_cast<std::int16_t>(corner.x), static_cast<std::int16_t>(corner.y),
                    static_cast<std::uint16_t>(size_.width),
                    static_cast<std::uint16_t>(size_.height), 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                    XCB_COPY_FROM_PARENT, mask, values);
  const std::string title = "rustcam-cli stimulus " + std::string(scene_->name());
  xcb_change_property(c, XCB_PROP_MODE_REPLACE, window_, connection_.atom("_NET_WM_NAME"),
                      connection_.atom("UTF8_STRING"), 8, static_cast<std::uint32_t>(title.size()),
                      title.data());
  const auto pid = static_cast<std::uint32_t>(getpid());
  xcb_change_property(c, XCB_PROP_MODE_REPLACE, window_, connection_.atom("_NET_WM_PID"),
                      XCB_ATOM_CARDINAL, 32, 1, &pid);
  protocols_ = connection_.atom("WM_PROTOCOLS");
  delete_window_ = connection_.atom("WM_DELETE_WINDOW");
  xcb_change_property(c, XCB_PROP_MODE_REPLACE, window_, protocols_, XCB_ATOM_ATOM, 32, 1,
                      &delete_window_);
  context_ = connection_.new_id();
  xcb_create_gc(c, context_, window_, 0, nullptr);
  xcb_map_window(c, window_);
  connection_.flush();
}

bool Window::take_events() {
  while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(connection_.get())}) {
    const int type = event->response_type & 0x7f;
    if (type == XCB_EXPOSE) {
      const auto& e = reinterpret_cast<const xcb_expose_event_t&>(*event);
      exposed_.add(Rect::of(Point{e.x, e.y}, {e.width, e.height}));
    } else if (type == XCB_CLIENT_MESSAGE) {
      const auto& e = reinterpret_cast<const xcb_client_message_event_t&>(*event);
      if (e.type == protocols_ && e.data.data32[0] == delete_window_) open_ = false;
    } else if (type == XCB_DESTROY_NOTIFY) {
      open_ = false;
    }
  }
  connection_.check_open();
  return open_;
}

bool Window::present(std::int64_t n) {
  if (!take_events()) return false;
  Region changed = shown_ ? scene_->dirty(*shown_, n) : Region(Rect::of(size_));
  ImageView view;
  view.size = size_;
  view.planes[0] = {picture_, std::ptrdiff_t{size_.width} * 4};
  scene_->draw(n, changed, view);
  shown_ = n;
  changed.add(exposed_);
  exposed_.clear();
  changed.intersect(Rect::of(size_));
  const Region sent = changed.simplified(max_rects);
  {
    const auto sending = connection_.sending();
    for (const Rect& rect : sent.rects()) put(rect);
  }
  // The server answers in order: when the reply is here, the picture is on the screen, and the
  // shared memory is ours again.
  connection_.reply(xcb_get_input_focus_reply, xcb_get_input_focus(connection_.get()),
                    "waiting for the X server to draw");
  return take_events();
}

void Window::put(const Rect& rect) {
  const auto width = static_cast<std::size_t>(rect.width());
  const std::size_t row_bytes = width * 4;
  if (!segment_) packed_.resize(row_bytes * static_cast<std::size_t>(rect.height()));
  for (std::int32_t y = rect.top; y < rect.bottom; ++y) {
    const std::size_t at = offset({rect.left, y, rect.right, y + 1});
    std::uint8_t* to = segment_
                           ? segment_->data() + at
                           : packed_.data() + static_cast<std::size_t>(y - rect.top) * row_bytes;
    layout_.from_bgra(picture_ + at, to, width);
  }
  xcb_connection_t* c = connection_.get();
  const auto x = static_cast<std::int16_t>(rect.left);
  const auto w = static_cast<std::uint16_t>(rect.width());
  const std::uint8_t depth = connection_.screen().root_depth;
  if (segment_) {
    xcb_shm_put_image(c, window_, context_, static_cast<std::uint16_t>(size_.width),
                      static_cast<std::uint16_t>(size_.height),
                      static_cast<std::uint16_t>(rect.left), static_cast<std::uint16_t>(rect.top),
                      w, static_cast<std::uint16_t>(rect.height()), x,
                      static_cast<std::int16_t>(rect.top), depth, XCB_IMAGE_FORMAT_Z_PIXMAP, 0,
                      segment_->id(), 0);
    return;
  }
  const std::size_t limit = std::size_t{xcb_get_maximum_request_length(c)} * 4 - 64;
  const auto rows = static_cast<std::int32_t>(
      std::clamp<std::size_t>(limit / row_bytes, 1, static_cast<std::size_t>(rect.height())));
  for (std::int32_t top = rect.top; top < rect.bottom; top += rows) {
    const std::int32_t count = std::min(rows, rect.bottom - top);
    xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, window_, context_, w,
                  static_cast<std::uint16_t>(count), x, static_cast<std::int16_t>(top), 0, depth,
                  static_cast<std::uint32_t>(row_bytes * static_cast<std::size_t>(count)),
                  packed_.data() + static_cast<std::size_t>(top - rect.top) * row_bytes);
  }
}

}  // namespace

std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options) {
  return std::make_unique<Window>(options);
}

}  // namespace rustcam::x11
