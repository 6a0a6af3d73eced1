#include "capture/screen_reader.h"

namespace rustcam {

ScreenReader::ScreenReader(const SourceRecipe& recipe)
    : source_(recipe.session, SourceOptions{.pointer = recipe.cursor}, recipe.region,
              recipe.recovery),
      composer_({recipe.region, recipe.cursor, recipe.pool_frames}) {
  attach();
}

void ScreenReader::attach() {
  composer_.attach(*source_.source());
  attached_ = true;
}

SourceEvent ScreenReader::next(TimePoint deadline, const std::stop_token& stop) {
  const SourceEvent event = source_.acquire(deadline, stop);
  switch (event) {
    case SourceEvent::updated: {
      const UpdateLease lease(*source_.source());
      const DesktopUpdate& update = source_.source()->update();
      composer_.note(update);
      readable_ = true;
      if (update.accumulated_frames > 0) {
        new_frame_ = true;
        presented_ = update.presented;
      }
      break;
    }
    case SourceEvent::changed:
      attach();
      // A source that was opened anew has no desktop before its first update; one that only
      // changed its size has, and may have no reason to send another update.
      readable_ = readable_ && source_.recoveries().back().error.empty();
      new_frame_ = readable_;
      presented_ = now();
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
    if (frame) new_frame_ = false;
    return frame;
  } catch (const CaptureError& error) {
    report_loss(error);
    return std::nullopt;
  }
}

bool ScreenReader::shares_textures() noexcept {
  return source_.source() && source_.source()->gpu();
}

std::optional<GpuFrame> ScreenReader::share() {
  if (!readable_ || !shares_textures()) return std::nullopt;
  try {
    std::optional<GpuFrame> frame = source_.source()->gpu()->share();
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
}

void ScreenReader::report_loss(const CaptureError& error) {
  source_.report_loss(error);
  detach();
}

}  // namespace rustcam
