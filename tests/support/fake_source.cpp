#include "support/fake_source.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "capture/gpu_source.h"
#include "support/fake_texture.h"

namespace rustcam::test {
namespace {

void require(bool kept, const char* rule) {
  if (!kept) throw std::logic_error(std::string("FrameSource misused: ") + rule);
}

}  // namespace

class FakeSource final : public FrameSource, private GpuSource {
 public:
  FakeSource(std::shared_ptr<FakeScreen> screen, const SourceOptions& options)
      : screen_(std::move(screen)) {
    const std::lock_guard lock(screen_->mutex_);
    makes_textures_ = options.textures && screen_->textures_ > 0;
    target_ = screen_->target_;
    losses_ = screen_->losses_;
    sizes_ = screen_->sizes_;
    if (screen_->silent_) {
      first_ = false;
      frames_seen_ = screen_->frames_.size();
      pointer_seen_ = screen_->pointer_moves_;
    }
    ++screen_->openings_;
    ++screen_->open_sources_;
  }
  ~FakeSource() override {
    const std::lock_guard lock(screen_->mutex_);
    --screen_->open_sources_;
  }

  const TargetInfo& target() const noexcept override { return target_; }

  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override {
    require(!leased_, "acquire under a lease");
    require(!lost_, "acquire after a loss");
    FakeScreen& s = *screen_;
    std::unique_lock lock(s.mutex_);
    s.clock_->wait(lock, s.changed_, deadline, stop, [&] { return news() || s.hanging_; });
    const TimePoint tomorrow = s.clock_->now() + std::chrono::hours(24);
    s.clock_->wait(lock, s.changed_, tomorrow, {}, [&] { return !s.hanging_; });
    if (s.fail_acquire_) {
      s.fail_acquire_ = false;
      lost_ = true;
      throw DeviceError("the fake display is gone", "FAKE_GONE");
    }
    if (losses_ != s.losses_) {
      lost_ = true;
      return AcquireStatus::access_lost;
    }
    if (sizes_ != s.sizes_) {
      sizes_ = s.sizes_;
      target_ = s.target_;
      first_ = true;
      frames_seen_ = 0;
      return AcquireStatus::resized;
    }
    if (news()) {
      take_news();
      return AcquireStatus::updated;
    }
    return stop.stop_requested() ? AcquireStatus::cancelled : AcquireStatus::timed_out;
  }

  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override { leased_ = false; }

  ReadCost read(const Region& region, Picture& picture, Point origin) override {
    require(!lost_, "read after a loss");
    require(!region.empty() && Rect::of(target_.size()).contains(region.bounds()),
            "a read outside the target");
    const ImageView into = pixels_of(picture);
    wait_as_long_as_a_read();
    const std::lock_guard lock(screen_->mutex_);
    if (screen_->fail_read_) {
      screen_->fail_read_ = false;
      throw AccessLost("the fake read failed", "FAKE_READ");
    }
    screen_->pixels_read_ += region.area();
    for (const Rect& r : region.rects()) {
      require(Rect::of(origin, into.size).contains(r), "a read beyond the picture");
      for (int y = r.top; y < r.bottom; ++y) copy_row(r, y, into, origin);
    }
    return {region.area() * 4};
  }

  Picture make_picture(Size size) override {
    if (makes_textures_) return Picture(std::make_unique<FakeTexture>(size));
    return Image(PixelFormat::bgra, size);
  }

  const Pointer& pointer() override {
    const std::lock_guard lock(screen_->mutex_);
    pointer_ = screen_->pointer_;
    return pointer_;
  }

  GpuSource* gpu() noexcept override {
    const std::lock_guard lock(screen_->mutex_);
    return screen_->textures_ > 0 ? this : nullptr;
  }

  Loss last_loss() const override {
    const std::lock_guard lock(screen_->mutex_);
    return screen_->loss_;
  }

 private:
  std::optional<GpuFrame> share(GpuOrder) override {
    const std::lock_guard lock(screen_->mutex_);
    if (screen_->fail_read_) {
      screen_->fail_read_ = false;
      throw AccessLost("the fake copy failed", "FAKE_COPY");
    }
    std::erase_if(screen_->textures_held_, [](const auto& held) { return held.expired(); });
    if (screen_->textures_held_.size() == screen_->textures_) return std::nullopt;
    GpuFrame frame;
    frame.size = target_.size();
    frame.texture = std::make_shared<int>();
    screen_->textures_held_.push_back(frame.texture);
    return frame;
  }

  void wait_as_long_as_a_read() {
    Duration read_time{};
    {
      const std::lock_guard lock(screen_->mutex_);
      read_time = screen_->read_time_;
    }
    if (read_time > Duration{}) screen_->clock_->sleep_until(screen_->clock_->now() + read_time);
  }

  bool news() const {
    const FakeScreen& s = *screen_;
    return first_ || s.fail_acquire_ || losses_ != s.losses_ || sizes_ != s.sizes_ ||
           frames_seen_ != s.frames_.size() || pointer_seen_ != s.pointer_moves_;
  }

  void take_news() {
    const FakeScreen& s = *screen_;
    dirty_.clear();
    for (std::size_t i = frames_seen_; i < s.frames_.size(); ++i) dirty_.add(s.frames_[i]);
    update_ = {};
    update_.presented = first_ ? s.clock_->now() : s.presented_;
    update_.presented_known = s.presents_known_;
    update_.accumulated_frames = static_cast<std::uint32_t>(s.frames_.size() - frames_seen_);
    if (first_) {
      update_.accumulated_frames = std::max(update_.accumulated_frames, 1U);
      dirty_ = Rect::of(target_.size());
    }
    update_.dirty = hint(s.hints_);
    first_ = false;
    frames_seen_ = s.frames_.size();
    pointer_seen_ = s.pointer_moves_;
    leased_ = true;
  }

  const Region* hint(Hints hints) {
    if (hints == Hints::omitted) return nullptr;
    if (hints == Hints::enlarged && !dirty_.empty()) {
      const Rect b = dirty_.bounds();
      dirty_.add(intersect(Rect{b.left - 3, b.top - 2, b.right + 5, b.bottom + 1},
                           Rect::of(target_.size())));
    }
    if (hints == Hints::wild) dirty_.add(Rect{-50, -60, target_.size().width + 70, 2});
    return &dirty_;
  }

  void copy_row(const Rect& r, int y, const ImageView& into, Point origin) const {
    for (int x = r.left; x < r.right; ++x) {
      const std::uint32_t p =
          screen_->pixels_[static_cast<std::size_t>(y * target_.size().width + x)];
      std::uint8_t* out = into.row(y - origin.y) + std::ptrdiff_t{4} * (x - origin.x);
      for (int b = 0; b < 4; ++b) out[b] = static_cast<std::uint8_t>(p >> (8 * b));
    }
  }

  std::shared_ptr<FakeScreen> screen_;
  TargetInfo target_;
  DesktopUpdate update_;
  Region dirty_;
  Pointer pointer_;
  std::size_t frames_seen_ = 0;
  std::uint64_t pointer_seen_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t sizes_ = 0;
  bool makes_textures_ = false;
  bool first_ = true;
  bool leased_ = false;
  bool lost_ = false;
};

std::unique_ptr<FrameSource> open_screen(const std::shared_ptr<FakeScreen>& screen,
                                         const SourceOptions& options) {
  Presence presence{};
  {
    const std::lock_guard lock(screen->mutex_);
    presence = screen->presence_;
  }
  switch (presence) {
    case Presence::absent:
      throw AccessLost("the fake output is off");
    case Presence::refused:
      throw DuplicationError("the fake output refuses");
    case Presence::disconnected:
      throw DeviceError("the fake display does not answer");
    case Presence::here:
      break;
  }
  return std::make_unique<FakeSource>(screen, options);
}

}  // namespace rustcam::test
