#include "ext_session.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "ext_frame.h"
#include "resource.h"
#include "shm_pixels.h"

namespace rustcam::test {
namespace {

using SessionHandle = std::shared_ptr<ExtSession>;

void create_frame(wl_client* client, wl_resource* resource, std::uint32_t id) {
  const SessionHandle& session = *object_of<SessionHandle>(resource);
  session->desk().count("ext_frames");
  if (session->frame() != nullptr)
    return session->desk().forbid(resource, wire::ext_duplicate_frame, "duplicate_frame",
                                  "a session has two frames at a time");
  ExtFrame::create(session, client, wl_resource_get_version(resource), id);
}

const struct ext_image_copy_capture_session_v1_interface requests = {create_frame,
                                                                     destroy_resource};

}  // namespace

ExtSession::ExtSession(ExtCapture& owner, Screen& screen, Of of, bool pointer_drawn)
    : owner_(owner), screen_(screen), of_(of), pointer_drawn_(pointer_drawn) {
  owner_.sessions().push_back(this);
}

ExtSession::~ExtSession() {
  std::erase(owner_.sessions(), this);
}

void ExtSession::introduce(wl_client* client, int version, std::uint32_t id) {
  desk().count("ext_sessions");
  auto* handle = new SessionHandle(shared_from_this());
  resource_ = make_resource(client, ext_image_copy_capture_session_v1_interface, version, id,
                            &requests, handle, [](wl_resource* resource) {
                              auto* own = object_of<SessionHandle>(resource);
                              (*own)->resource_ = nullptr;
                              delete own;
                            });
  if (screen_.gone())
    stop();
  else if (!desk().faults.strike(Fault::ext_no_constraints))
    announce();
}

Size ExtSession::true_size() const {
  Size size = source().turn.buffer_size();
  size.width += grown_;
  return size;
}

void ExtSession::announce() {
  if (resource_ == nullptr || stopped_) return;
  Faults& faults = desk().faults;
  Constraints now{told_size(faults, true_size()), {WL_SHM_FORMAT_ARGB8888}};
  if (of_ == Of::output)
    now.formats = told_formats(faults, desk().formats);
  else if (faults.strike(Fault::ext_cursor_size_absurd))
    now.size = {65535, 65535};
  if (formats_reversed_) std::ranges::reverse(now.formats);
  ext_image_copy_capture_session_v1_send_buffer_size(resource_, now.size.width, now.size.height);
  for (const std::uint32_t format : now.formats)
    ext_image_copy_capture_session_v1_send_shm_format(resource_, format);
  ext_image_copy_capture_session_v1_send_done(resource_);
  told_.push_back(std::move(now));
}

void ExtSession::change_constraints() {
  grown_ += 16;
  formats_reversed_ = !formats_reversed_;
  reshape();
}

void ExtSession::reshape() {
  first_ = true;
  const Size size = true_size();
  const ToldSize told{static_cast<std::uint32_t>(size.width),
                      static_cast<std::uint32_t>(size.height)};
  if (!told_.empty() && told_.back().size == told) return;
  announce();
  if (frame_ != nullptr && frame_->pending()) frame_->fail(wire::ext_failed_constraints);
}

void ExtSession::stop() {
  if (stopped_) return;
  stopped_ = true;
  if (resource_ != nullptr) ext_image_copy_capture_session_v1_send_stopped(resource_);
  if (frame_ != nullptr && frame_->pending()) frame_->fail(wire::ext_failed_stopped);
}

bool ExtSession::Constraints::allow(const BufferShape& shape) const {
  return static_cast<std::uint32_t>(shape.size.width) == size.width &&
         static_cast<std::uint32_t>(shape.size.height) == size.height &&
         std::ranges::count(formats, shape.format) != 0 &&
         shape.stride / bytes_per_pixel(shape.format).value_or(4) >= shape.size.width;
}

ExtSession::Fit ExtSession::fit(const BufferShape& shape) const {
  if (told_.empty()) return Fit::never;
  if (told_.back().allow(shape)) return Fit::yes;
  const bool once = std::ranges::any_of(told_, [&](const auto& one) { return one.allow(shape); });
  return once ? Fit::formerly : Fit::never;
}

bool ExtSession::has_news() const {
  if (of_ == Of::pointer && !owner_.desk().pointer.touches(screen_)) return false;
  return first_ || !damage_.empty();
}

Region ExtSession::news() const {
  const Turn turn = source().turn;
  return first_ ? Region(Rect::of(turn.buffer_size())) : turn.to_buffer(damage_);
}

void ExtSession::news_seen() {
  first_ = false;
  damage_.clear();
}

ExtSession::Source ExtSession::source() const {
  if (of_ == Of::output) return {screen_.pixels(), screen_.turn()};
  const PointerImage& image = owner_.desk().pointer.image;
  return {image.pixels.data(), Turn(0, image.size)};
}

void ExtSession::check_debt(wl_resource* buffer, const Region& told) {
  const auto found = known_.find(buffer);
  if (found == known_.end()) {
    if (!told.contains(Rect::of(shape_of(buffer)->size)))
      desk().violation("first_capture_undamaged",
                       "the first capture into a buffer does not damage all of it");
    return;
  }
  Region missing = found->second.debt;
  missing.subtract(told);
  if (!missing.empty())
    desk().violation("debt_untold", "what a buffer lacks is not told as its damage: " +
                                        to_string(missing.bounds()));
}

void ExtSession::settle(wl_resource* buffer, const ToldDamage& damage) {
  for (auto& [each, known] : known_) {
    if (!damage.true_to_fact) continue;  // the client cannot know what its buffers lack
    for (const ToldRect& r : damage.rects)
      known.debt.add(Rect::of({r.x, r.y}, {r.width, r.height}));
  }
  const auto [place, added] = known_.try_emplace(buffer);
  place->second.debt.clear();
  if (added) place->second.destroyed.on_destroy(buffer, [this, buffer] { known_.erase(buffer); });
}

}  // namespace rustcam::test
