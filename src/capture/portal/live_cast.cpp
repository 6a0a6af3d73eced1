#include "capture/portal/live_cast.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "capture/portal/choice_store.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::portal {
namespace {

SourceType source_type(TargetKind kind) {
  return kind == TargetKind::window ? SourceType::window : SourceType::monitor;
}

/// Before it, nobody knows how large the pictures are.
void await_first_picture(Stream& stream, const Patience& patience) {
  constexpr Duration look = std::chrono::milliseconds(50);
  // A busy compositor that was just asked for its first picture.
  constexpr Duration slow_desktop = std::chrono::seconds(10);
  const FdWaiter waiter;
  const TimePoint end = now() + std::max(patience.limit, slow_desktop);
  for (;;) {
    const Stream::Status status = stream.look();
    if (status.gone) throw DeviceError(stream.failure());
    if (status.state == Stream::State::failed) throw DuplicationError(stream.failure());
    if (stream.has_picture()) return;
    if (patience.stop.stop_requested())
      throw Interrupted("the wait for the screen cast's first picture was ended");
    const TimePoint at = now();
    if (at >= end)
      throw AccessLost(
          stream.size()
              ? "the desktop allowed the screen cast, but sends no picture; is the screen on?"
              : "the desktop allowed the screen cast, but its stream does not begin; if it hands "
                "out GPU memory only, as niri does, use --backend wayland");
    waiter.wait(stream.descriptor(), POLLIN, std::min(end, at + look));
  }
}

/// What cannot be remembered is no reason to record nothing.
void remember(LiveCast& live, TargetKind kind) {
  if (live.cast.restore_token.empty()) return;
  Choice choice;
  choice.restore_token = live.cast.restore_token;
  choice.size = live.stream ? live.stream->size() : live.cast.size;
  choice.position = live.cast.position;
  try {
    remember_choice(kind, choice);
  } catch (const Error& error) {
    live.not_remembered = error.what();
  }
}

}  // namespace

std::optional<CursorMode> best_cursor_mode(const Abilities& abilities, bool wanted) {
  using enum CursorMode;
  for (const CursorMode mode :
       {wanted ? metadata : hidden, wanted ? embedded : metadata, wanted ? hidden : embedded})
    if (abilities.has(mode)) return mode;
  return std::nullopt;
}

std::unique_ptr<LiveCast> begin_cast(const CastWish& wish, const Patience& patience) {
  if (const std::string why = Stream::reason_against(); !why.empty()) throw DeviceError(why);
  auto live = std::make_unique<LiveCast>();
  live->conversation = std::make_unique<Conversation>(patience);
  const Abilities& abilities = live->conversation->abilities();
  if (!abilities.has(source_type(wish.kind))) throw DuplicationError(no_casts(wish.kind));
  const auto cursor = best_cursor_mode(abilities, wish.pointer);
  if (!cursor)
    throw DuplicationError("this desktop's portal names no way to tell the pointer that is known");
  live->cursor = *cursor;

  CastRequest request{.type = source_type(wish.kind), .cursor = *cursor, .restore_token = {}};
  request.restore_token = wish.own_token;
  if (request.restore_token.empty() && !wish.ask_again)
    if (const auto remembered = remembered_choice(wish.kind))
      request.restore_token = remembered->restore_token;
  if (request.restore_token.empty() && wish.dialogue_shown) wish.dialogue_shown();
  live->cast = live->conversation->start(request, patience);
  // At once: the token before is used up, whatever comes of this stream.
  remember(*live, wish.kind);
  live->stream = std::make_unique<Stream>(live->conversation->open_remote(patience),
                                          NodeAddress{live->cast.node, live->cast.serial},
                                          *cursor == CursorMode::metadata, patience);
  await_first_picture(*live->stream, patience);
  remember(*live, wish.kind);
  return live;
}

std::string no_casts(TargetKind kind) {
  return std::string("this desktop's portal casts no ") +
         (kind == TargetKind::window ? "windows" : "screens") +
         "; install the one of your desktop (Debian: xdg-desktop-portal-gnome, -kde or -wlr)";
}

std::string identity_of(TargetKind kind) {
  return kind == TargetKind::window ? "portal-window" : "portal-output";
}

TargetInfo target_of(const LiveCast& live, TargetKind kind) {
  TargetInfo target;
  target.kind = kind;
  target.backend = backend_name;
  target.identity = target.name = identity_of(kind);
  target.description = "chosen in the desktop's dialogue";
  const Size pixels = live.stream->size().value_or(Size{});
  const Size logical = live.cast.size.value_or(pixels);
  target.desktop = Rect::of(live.cast.position.value_or(Point{}), logical);
  if (logical != pixels) {
    target.pixels = pixels;
    target.scale = static_cast<double>(pixels.width) / logical.width;
  }
  if (live.cursor == CursorMode::embedded)
    target.pointer_embedded =
        "this desktop's portal can neither leave it out nor tell it apart from the picture";
  return target;
}

}  // namespace rustcam::portal
