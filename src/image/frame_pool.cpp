#include "image/frame_pool.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rustcam {
namespace {

// Beyond this many rectangles, keeping the debt exact costs more than reading its bounding box.
constexpr std::size_t max_debt_rects = 32;

/// A picture and what it owes. Its handles keep it alive, so a pool may forget it while it is held.
/// The debt belongs to the pool's thread; only `held` is shared with the threads that drop handles.
struct Slot {
  Picture picture;
  Region debt;
  std::atomic<bool> held{false};

  void owe(const Region& region) {
    debt.add(region);
    debt = debt.simplified(max_debt_rects);
  }
};

}  // namespace

struct FramePool::Impl {
  std::size_t limit;
  PixelFormat format = PixelFormat::bgra;
  Size size;
  YuvEncoding encoding;
  Maker make;
  std::vector<std::shared_ptr<Slot>> slots;

  void start_anew(PixelFormat its_format, Size its_size, YuvEncoding its_encoding, Maker its_make) {
    slots.clear();
    format = its_format;
    size = its_size;
    encoding = its_encoding;
    make = std::move(its_make);
  }

  Region clipped(const Region& region) const {
    Region inside = region;
    inside.intersect(Rect::of(size));
    return inside;
  }

  std::shared_ptr<Slot> free_slot() {
    std::shared_ptr<Slot> best;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const auto& slot : slots) {
      // Acquire pairs with the last holder's release: its reads are over before we write.
      if (slot->held.load(std::memory_order_acquire)) continue;
      const std::int64_t area = slot->debt.area();
      if (area < least) {
        least = area;
        best = slot;
      }
    }
    return best || slots.size() == limit ? best : make_slot();
  }

  std::shared_ptr<Slot> make_slot() {
    auto made = std::make_shared<Slot>();
    made->picture = make ? make(size) : Picture(Image(format, size, encoding));
    made->debt = Rect::of(size);
    slots.push_back(made);
    return made;
  }
};

FramePool::FramePool(std::size_t limit) : impl_(std::make_unique<Impl>()) {
  if (limit == 0) throw std::invalid_argument("a frame pool needs room for at least one picture");
  impl_->limit = limit;
  impl_->slots.reserve(limit);
}

FramePool::~FramePool() = default;

void FramePool::reset(PixelFormat format, Size size, YuvEncoding encoding) {
  if (format == impl_->format && size == impl_->size && encoding == impl_->encoding && !impl_->make)
    return;
  impl_->start_anew(format, size, encoding, {});
}

void FramePool::reset(Size size, Maker make) {
  impl_->start_anew(PixelFormat::bgra, size, {}, std::move(make));
}

void FramePool::reserve() {
  if (impl_->size == Size{}) throw std::logic_error("FramePool::reserve() before reset()");
  while (impl_->slots.size() < impl_->limit) impl_->make_slot();
}

void FramePool::damage(const Region& region) {
  const Region inside = impl_->clipped(region);
  if (inside.empty()) return;
  for (const auto& slot : impl_->slots) slot->owe(inside);
}

std::optional<FramePool::Taken> FramePool::take() {
  if (impl_->size == Size{}) throw std::logic_error("FramePool::take() before reset()");
  const std::shared_ptr<Slot> slot = impl_->free_slot();
  if (!slot) return std::nullopt;
  Taken taken;
  slot->held.store(true, std::memory_order_relaxed);
  taken.picture = std::shared_ptr<Picture>(
      &slot->picture, [slot](Picture*) { slot->held.store(false, std::memory_order_release); });
  taken.debt = std::exchange(slot->debt, {});
  return taken;
}

void FramePool::add_debt(const Picture& picture, const Region& region) {
  for (const auto& slot : impl_->slots)
    if (&slot->picture == &picture) slot->owe(impl_->clipped(region));
}

}  // namespace rustcam
