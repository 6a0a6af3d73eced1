#include "ext_frame.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "resource.h"
#include "shm_pixels.h"

namespace rustcam::test {
namespace {

void attach_buffer(wl_client*, wl_resource* frame, wl_resource* buffer) {
  object_of<ExtFrame>(frame)->attach(buffer);
}

void damage_buffer(wl_client*, wl_resource* frame, std::int32_t x, std::int32_t y,
                   std::int32_t width, std::int32_t height) {
  object_of<ExtFrame>(frame)->damage(x, y, width, height);
}

void capture(wl_client*, wl_resource* frame) {
  object_of<ExtFrame>(frame)->capture();
}

const struct ext_image_copy_capture_frame_v1_interface requests = {destroy_resource, attach_buffer,
                                                                   damage_buffer, capture};

}  // namespace

ExtFrame::ExtFrame(std::shared_ptr<ExtSession> session)
    : session_(std::move(session)), desk_(session_->desk()) {
  session_->set_frame(this);
}

ExtFrame::~ExtFrame() {
  session_->set_frame(nullptr);
}

void ExtFrame::create(std::shared_ptr<ExtSession> session, wl_client* client, int version,
                      std::uint32_t id) {
  auto* frame = new ExtFrame(std::move(session));
  frame->resource_ = make_resource(client, ext_image_copy_capture_frame_v1_interface, version, id,
                                   &requests, frame, delete_object<ExtFrame>);
}

bool ExtFrame::captured_already() {
  if (captured_)
    desk_.forbid(resource_, wire::ext_already_captured, "already_captured",
                 "a frame is changed or captured after its capture");
  return captured_;
}

void ExtFrame::attach(wl_resource* buffer) {
  if (captured_already()) return;
  buffer_ = buffer;
  buffer_destroyed_.on_destroy(buffer, [this] { buffer_ = nullptr; });
}

void ExtFrame::damage(std::int32_t x, std::int32_t y, std::int32_t width, std::int32_t height) {
  if (captured_already()) return;
  if (x < 0 || y < 0 || width <= 0 || height <= 0)
    return desk_.forbid(resource_, wire::ext_invalid_buffer_damage, "invalid_damage",
                        "damage of a buffer has a negative corner or no area");
  lacks_.add(Rect::of({x, y}, {width, height}));
}

void ExtFrame::capture() {
  if (captured_already()) return;
  if (buffer_ == nullptr)
    return desk_.forbid(resource_, wire::ext_no_buffer, "no_buffer",
                        "a capture is asked for without a buffer");
  desk_.count("ext_captures");
  captured_ = true;
  if (!suits(buffer_)) return;
  session_->check_debt(buffer_, lacks_);
  if (fails_at_once()) return;
  use_ = std::make_unique<BufferUse>(desk_, buffer_);
  buffer_destroyed_.stop();
  Faults& faults = desk_.faults;
  not_before_ = told_answer_time(faults);
  if (faults.strike(Fault::ext_stopped)) return session_->stop();
  if (faults.strike(Fault::ext_constraints_change)) return session_->change_constraints();
  if (faults.strike(Fault::ext_constraints_babble)) session_->announce();
  if (faults.strike(Fault::resize_pending)) return session_->screen().change_mode();
  if (session_->has_news()) session_->screen().request_frame(now());
}

bool ExtFrame::suits(wl_resource* buffer) {
  const std::optional<BufferShape> shape = shape_of(buffer);
  const auto fit = shape ? session_->fit(*shape) : ExtSession::Fit::never;
  if (fit == ExtSession::Fit::yes) return true;
  if (fit == ExtSession::Fit::never)
    desk_.violation("wrong_buffer", "a buffer is of a kind that its session has never asked for");
  fail(wire::ext_failed_constraints);
  return false;
}

bool ExtFrame::fails_at_once() {
  if (session_->stopped() || session_->screen().gone()) {
    fail(wire::ext_failed_stopped);
    return true;
  }
  constexpr std::array<std::pair<Fault, std::uint32_t>, 4> reasons{
      {{Fault::ext_failed_unknown, wire::ext_failed_unknown},
       {Fault::ext_failed_constraints, wire::ext_failed_constraints},
       {Fault::ext_failed_stopped, wire::ext_failed_stopped},
       {Fault::ext_failed_absurd, 77}}};
  for (const auto& [fault, reason] : reasons)
    if (desk_.faults.strike(fault)) {
      fail(reason);
      return true;
    }
  return false;
}

void ExtFrame::present(TimePoint when) {
  if (not_before_ > when) {
    if (not_before_ != TimePoint::max()) session_->screen().request_frame(not_before_);
    return;
  }
  if (!session_->has_news()) return;
  wl_resource* const buffer = use_->buffer();
  if (buffer == nullptr) return fail(wire::ext_failed_unknown);
  const Region news = session_->news();
  Region written = news;
  written.add(lacks_);
  write(written);
  use_.reset();

  const Turn turn = session_->source().turn;
  const std::int32_t transform =
      session_->of() == ExtSession::Of::output ? session_->screen().settings().transform : 0;
  const ToldDamage damage = told_damage(desk_.faults, news, turn.buffer_size());
  ext_image_copy_capture_frame_v1_send_transform(
      resource_, static_cast<std::uint32_t>(told_transform(desk_.faults, transform)));
  for (const ToldRect& r : damage.rects)
    ext_image_copy_capture_frame_v1_send_damage(resource_, r.x, r.y, r.width, r.height);
  if (const std::optional<ToldTime> time = told_time(desk_.faults, when))
    ext_image_copy_capture_frame_v1_send_presentation_time(resource_, time->seconds_high,
                                                           time->seconds_low, time->nanoseconds);
  const int answers = desk_.faults.strike(Fault::ready_twice) ? 2 : 1;
  for (int i = 0; i < answers; ++i) ext_image_copy_capture_frame_v1_send_ready(resource_);
  session_->settle(buffer, damage);
  session_->news_seen();
  desk_.count(session_->of() == ExtSession::Of::output ? "ext_ready" : "ext_pointer_ready");
}

void ExtFrame::write(const Region& region) {
  std::optional<PointerOverlay> overlay;
  if (session_->pointer_drawn()) overlay.emplace(desk_, session_->screen());
  const ExtSession::Source source = session_->source();
  use_->with_memory([&](const ShmView& view) {
    for (const Rect& part : region.rects())
      write_pixels(source.pixels, source.turn, part, {}, view);
  });
}

void ExtFrame::fail(std::uint32_t reason) {
  captured_ = true;
  use_.reset();
  ext_image_copy_capture_frame_v1_send_failed(resource_, reason);
  desk_.count("ext_failed");
}

}  // namespace rustcam::test
