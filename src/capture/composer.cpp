#include "capture/composer.h"

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "base/error.h"

namespace rustcam {
namespace {

/// More rectangles than this cost more to keep and to read than the box around them.
constexpr std::size_t max_rects = 32;

std::int64_t bgra_bytes(const Region& region) {
  return region.area() * bytes_per_sample(PixelFormat::bgra, 0);
}

}  // namespace

FrameComposer::FrameComposer(ComposerOptions options)
    : options_(options), pool_(options.pool_frames) {}

void FrameComposer::attach(FrameSource& source, TimePoint shown) {
  const TargetInfo& target = source.target();
  const Rect whole = Rect::of(target.size());
  const Rect region = options_.region.value_or(whole);
  if (region.empty() || !whole.contains(region))
    throw UsageError("the region " + to_string(region) + " does not lie inside the output " +
                     target.name + ", which is " + to_string(target.size()));
  source_ = &source;
  region_ = region;
  begin_pool();
  drawn_pointer_ = {};
  pointer_ = {};
  pointer_polled_ = false;
  desktop_frame_pending_ = false;
  protected_content_masked_ = false;
  accumulated_known_ = true;
  accumulated_ = 0;
  presented_ = shown;
}

void FrameComposer::begin_pool() {
  pool_.reset(size(), [this](Size size) {
    return in_memory_ ? Picture(Image(PixelFormat::bgra, size)) : source_->make_picture(size);
  });
  pending_ = Rect::of(size());
}

void FrameComposer::refuse_textures() {
  in_memory_ = true;
  if (source_) begin_pool();
}

void FrameComposer::detach() noexcept {
  source_ = nullptr;
}

void FrameComposer::require_attached() const {
  if (!source_) throw std::logic_error("the composer has no source; attach() one first");
}

void FrameComposer::note(const DesktopUpdate& update) {
  pointer_polled_ = false;
  if (update.accumulated_frames == 0) return;
  desktop_frame_pending_ = true;
  accumulated_ += update.accumulated_frames;
  accumulated_known_ = accumulated_known_ && update.accumulated_known;
  presented_ = update.presented;
  protected_content_masked_ = update.protected_content_masked;

  Region dirty = update.dirty ? *update.dirty : Region(region_);
  dirty.intersect(region_);
  dirty.translate(-region_.left, -region_.top);
  pending_.add(dirty.simplified(max_rects));
  pending_ = pending_.simplified(max_rects);
}

Rect FrameComposer::on_picture(const Pointer& pointer) const noexcept {
  return translate(intersect(pointer.rect(), region_), -region_.left, -region_.top);
}

/// A pointer outside the region looks like none, wherever it moves there.
Pointer FrameComposer::visible_part(const Pointer& pointer) const {
  return on_picture(pointer).empty() ? Pointer{} : pointer;
}

bool FrameComposer::poll_pointer() {
  require_attached();
  if (!options_.cursor) return false;
  pointer_ = visible_part(source_->pointer());
  pointer_polled_ = true;
  return !(pointer_ == drawn_pointer_);
}

void FrameComposer::repay(const FramePool::Taken& taken) {
  const Region due = taken.debt.simplified(max_rects);
  cost_.bytes_read = bgra_bytes(due);
  cost_.bytes_copied = 0;
  if (due.empty()) return;
  Region on_target = due;
  on_target.translate(region_.left, region_.top);
  const Point origin{region_.left, region_.top};
  cost_.bytes_copied = source_->read(on_target, *taken.picture, origin).bytes_copied;
}

std::optional<Frame> FrameComposer::compose() {
  require_attached();
  if (!pointer_polled_) poll_pointer();

  pool_.damage(pending_);
  std::optional<FramePool::Taken> taken = pool_.take();
  if (!taken) return std::nullopt;
  try {
    repay(*taken);
    if (pointer_.drawable()) {
      taken->picture->blend(pointer_, {region_.left, region_.top});
      pool_.add_debt(*taken->picture, on_picture(pointer_));
    }
  } catch (...) {
    taken->debt.add(on_picture(pointer_));
    pool_.add_debt(*taken->picture, taken->debt);
    throw;
  }

  if (desktop_frame_pending_ || desktop_pending()) ++desktop_sequence_;
  Frame frame;
  frame.picture = std::move(taken->picture);
  frame.presented = presented_;
  frame.sequence = ++sequence_;
  frame.desktop_sequence = desktop_sequence_;
  frame.accumulated_frames = accumulated_;
  frame.accumulated_known = accumulated_known_;
  frame.protected_content_masked = protected_content_masked_;
  frame.damage = std::move(pending_);
  if (!(pointer_ == drawn_pointer_)) {
    frame.damage.add(on_picture(drawn_pointer_));
    frame.damage.add(on_picture(pointer_));
  }

  drawn_pointer_ = pointer_;
  pending_.clear();
  pointer_polled_ = false;
  desktop_frame_pending_ = false;
  accumulated_ = 0;
  accumulated_known_ = true;
  return frame;
}

}  // namespace rustcam
