#include "capture/screen_reader.h"

#include <algorithm>
#include <chrono>

namespace rustcam {

namespace {

/// A back end's first update comes at once, but on a system that has just come back it may not.
constexpr Duration first_update_patience = std::chrono::milliseconds(250);

}  // namespace

ScreenReader::ScreenReader(const SourceRecipe& recipe, Clock& clock)
    : clock_(clock),
      source_(recipe.session,
              SourceOptions{.pointer = recipe.cursor,
                            .opaque = recipe.opaque,
                            .textures = recipe.textures,
                            .patience = recipe.patience},
              recipe.region, recipe.recovery, clock),
      composer_({recipe.region, recipe.cursor, recipe.pool_frames}),
      reserve_(recipe.reserve) {
  attach();
}

void ScreenReader::attach() {
  composer_.attach(*source_.source(), clock_.now());
  if (reserve_) composer_.reserve();
  attached_ = true;
}

SourceEvent ScreenReader::next(TimePoint deadline, const std::stop_token& stop) {
  frame_came_ = false;
  const SourceEvent event = acquire(deadline, stop);
  switch (event) {
    case SourceEvent::updated:
      take_in();
      break;
    case SourceEvent::changed:
      changed();
      break;
    case SourceEvent::gave_up:
      detach();
      throw AccessLost(source_.lost_error(), source_.recoveries().back().native_code);
    case SourceEvent::timed_out:
    case SourceEvent::lost:
    case SourceEvent::cancelled:
      if (!source_.source()) detach();
      break;
  }
  return event;
}

/// Makes what the source has readable if it was opened anew long enough ago.
SourceEvent ScreenReader::acquire(TimePoint deadline, const std::stop_token& stop) {
  while (readable_at_ && *readable_at_ <= deadline) {
    const SourceEvent event = source_.acquire(*readable_at_, stop);
    if (event != SourceEvent::timed_out) return event;
    if (clock_.now() < *readable_at_) continue;
    readable_at_.reset();
    readable_ = new_frame_ = true;
    return SourceEvent::timed_out;
  }
  return source_.acquire(deadline, stop);
}

void ScreenReader::take_in() {
  const UpdateLease lease(*source_.source());
  const DesktopUpdate& update = source_.source()->update();
  composer_.note(update);
  readable_ = true;
  readable_at_.reset();
  if (update.accumulated_frames > 0) {
    new_frame_ = frame_came_ = true;
    presented_ = update.presented;
    presented_known_ = update.presented_known;
  }
}

void ScreenReader::changed() {
  attach();
  presented_ = clock_.now();
  // A source that was opened anew has no desktop before its first update; one that only changed its
  // size has, and may have no reason to send another update.
  const bool opened_anew = !source_.recoveries().back().error.empty();
  if (opened_anew) {
    readable_ = false;
    readable_at_ = presented_ + first_update_patience;
  }
  new_frame_ = readable_;
}

bool ScreenReader::pointer_pending() {
  if (!readable_) return false;
  try {
    return composer_.poll_pointer();
  } catch (const CaptureError& error) {
    report_loss(error);
    return false;
  }
}

std::optional<Frame> ScreenReader::compose() {
  if (!readable_) return std::nullopt;
  try {
    std::optional<Frame> frame = composer_.compose();
    if (!frame) return std::nullopt;
    new_frame_ = false;
    bytes_read_ += composer_.last_cost().bytes_read;
    bytes_copied_ += composer_.last_cost().bytes_copied;
    return frame;
  } catch (const CaptureError& error) {
    report_loss(error);
    return std::nullopt;
  }
}

void ScreenReader::refuse_textures() {
  composer_.refuse_textures();
  if (attached_ && reserve_) composer_.reserve();
}

std::string ScreenReader::texture_refusal() {
  return source_.source() ? source_.source()->texture_refusal() : std::string();
}

bool ScreenReader::shares_textures() noexcept {
  return source_.source() && source_.source()->gpu();
}

std::optional<GpuFrame> ScreenReader::share(GpuOrder order) {
  if (!readable_ || !shares_textures()) return std::nullopt;
  try {
    std::optional<GpuFrame> frame = source_.source()->gpu()->share(order);
    if (frame) {
      frame->presented = presented_;
      new_frame_ = false;
    }
    return frame;
  } catch (const CaptureError& error) {
    report_loss(error);
    return std::nullopt;
  }
}

void ScreenReader::detach() noexcept {
  composer_.detach();
  attached_ = readable_ = false;
  readable_at_.reset();
}

void ScreenReader::report_loss(const CaptureError& error) {
  source_.report_loss(error);
  detach();
}

}  // namespace rustcam
