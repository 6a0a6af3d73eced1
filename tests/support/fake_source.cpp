#include "support/fake_source.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "capture/gpu_source.h"

namespace rustcam::test {
namespace {

constexpr std::uint32_t opaque_black = 0xFF000000U;

std::size_t area(Size s) {
  return static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height);
}

void require(bool kept, const char* rule) {
  if (!kept) throw std::logic_error(std::string("FrameSource misused: ") + rule);
}

}  // namespace

FakeScreen::FakeScreen(std::string name, Rect desktop, int index)
    : pixels_(area(desktop.size()), opaque_black) {
  target_.index = index;
  target_.identity = "id-of-" + name;
  target_.name = std::move(name);
  target_.backend = "x11";
  target_.desktop = desktop;
  target_.native_format = "bgra8";
}

void FakeScreen::fill(const Rect& r, std::uint32_t bgra) {
  const std::lock_guard lock(mutex_);
  const Rect inside = intersect(r, Rect::of(target_.size()));
  for (int y = inside.top; y < inside.bottom; ++y)
    for (int x = inside.left; x < inside.right; ++x)
      pixels_[static_cast<std::size_t>(y * target_.size().width + x)] = bgra | opaque_black;
  drawn_.add(inside);
}

void FakeScreen::present() {
  {
    const std::lock_guard lock(mutex_);
    presented_ = clock_->now();
    frames_.push_back(std::move(drawn_));
    drawn_.clear();
  }
  changed_.notify_all();
}

void FakeScreen::set_pointer(Pointer pointer) {
  {
    const std::lock_guard lock(mutex_);
    pointer_ = std::move(pointer);
    ++pointer_moves_;
  }
  changed_.notify_all();
}

void FakeScreen::resize(Size size) {
  {
    const std::lock_guard lock(mutex_);
    target_.desktop = Rect::of({target_.desktop.left, target_.desktop.top}, size);
    pixels_.assign(area(size), opaque_black);
    drawn_.clear();
    frames_.clear();
    ++sizes_;
  }
  changed_.notify_all();
}

void FakeScreen::lose(std::string code, std::string text) {
  {
    const std::lock_guard lock(mutex_);
    loss_ = {std::move(code), std::move(text)};
    ++losses_;
  }
  changed_.notify_all();
}

void FakeScreen::set_presence(Presence presence) {
  const std::lock_guard lock(mutex_);
  presence_ = presence;
}

void FakeScreen::set_hints(Hints hints) {
  const std::lock_guard lock(mutex_);
  hints_ = hints;
}

void FakeScreen::set_read_time(Duration d) {
  const std::lock_guard lock(mutex_);
  read_time_ = d;
}

void FakeScreen::set_silent(bool silent) {
  const std::lock_guard lock(mutex_);
  silent_ = silent;
}

void FakeScreen::set_index(int index) {
  const std::lock_guard lock(mutex_);
  target_.index = index;
}

void FakeScreen::fail_next_read(bool fail) {
  const std::lock_guard lock(mutex_);
  fail_read_ = fail;
}

void FakeScreen::fail_next_acquire_with_device_error() {
  {
    const std::lock_guard lock(mutex_);
    fail_acquire_ = true;
  }
  changed_.notify_all();
}

void FakeScreen::set_textures(std::size_t count) {
  const std::lock_guard lock(mutex_);
  textures_ = count;
}

TargetInfo FakeScreen::target() const {
  const std::lock_guard lock(mutex_);
  return target_;
}

std::vector<std::uint32_t> FakeScreen::pixels() const {
  const std::lock_guard lock(mutex_);
  return pixels_;
}

std::int64_t FakeScreen::pixels_read() const {
  const std::lock_guard lock(mutex_);
  return pixels_read_;
}

int FakeScreen::openings() const {
  const std::lock_guard lock(mutex_);
  return openings_;
}

int FakeScreen::open_sources() const {
  const std::lock_guard lock(mutex_);
  return open_sources_;
}

class FakeSource final : public FrameSource, private GpuSource {
 public:
  explicit FakeSource(std::shared_ptr<FakeScreen> screen) : screen_(std::move(screen)) {
    const std::lock_guard lock(screen_->mutex_);
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
    s.clock_->wait(lock, s.changed_, deadline, stop, [&] { return news(); });
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

  ReadCost read(const Region& region, Image& picture, Point origin) override {
    require(!lost_, "read after a loss");
    require(!region.empty() && Rect::of(target_.size()).contains(region.bounds()),
            "a read outside the target");
    const ImageView into = picture.view();
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
  std::optional<GpuFrame> share() override {
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
  bool first_ = true;
  bool leased_ = false;
  bool lost_ = false;
};

std::unique_ptr<FrameSource> open_screen(const std::shared_ptr<FakeScreen>& screen) {
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
  return std::make_unique<FakeSource>(screen);
}

/// The back ends are objects that live as long as the program; what they offer does not.
struct FakeDesktop::Offered {
  static Offered& instance() {
    static Offered offered;
    return offered;
  }
  std::vector<std::shared_ptr<FakeScreen>> all() {
    const std::lock_guard lock(mutex);
    return screens;
  }
  template <typename Matches>
  std::unique_ptr<FrameSource> open(Matches matches) {
    const auto list = all();
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const auto& screen) { return matches(screen->target()); });
    if (found == list.end()) throw AccessLost("there is no such fake output");
    return open_screen(*found);
  }

  std::mutex mutex;
  std::vector<std::shared_ptr<FakeScreen>> screens;
  bool reachable = true;
  std::optional<std::string> shortfall;
};

FakeDesktop::FakeDesktop() {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  offered.screens.clear();
  offered.reachable = true;
  offered.shortfall.reset();
}

FakeDesktop::~FakeDesktop() {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  offered.screens.clear();
}

std::shared_ptr<FakeScreen> FakeDesktop::add(const std::string& name, const Rect& desktop) {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  offered.screens.push_back(
      std::make_shared<FakeScreen>(name, desktop, static_cast<int>(offered.screens.size())));
  return offered.screens.back();
}

void FakeDesktop::remove(const std::string& name) {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  std::erase_if(offered.screens, [&](const auto& s) { return s->target().name == name; });
}

void FakeDesktop::set_shortfall(std::string text) {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  offered.shortfall = std::move(text);
}

void FakeDesktop::set_reachable(bool reachable) {
  Offered& offered = Offered::instance();
  const std::lock_guard lock(offered.mutex);
  offered.reachable = reachable;
}

namespace {

constexpr std::string_view fake_name = "x11";

/// Opens by identity, or, to be wrong, by index.
template <typename Offered>
class FakeSession final : public CaptureSession {
 public:
  FakeSession(TargetInfo target, bool by_index) : target_(std::move(target)), by_index_(by_index) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions&) override {
    return Offered::instance().open([this](const TargetInfo& t) {
      return by_index_ ? t.index == target_.index : t.identity == target_.identity;
    });
  }

 private:
  TargetInfo target_;
  bool by_index_;
};

template <typename Offered>
class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(bool by_index) : Backend(fake_name), by_index_(by_index) {}
  Support probe() const override {
    const std::lock_guard lock(Offered::instance().mutex);
    const bool up = Offered::instance().reachable;
    return Support{up, up ? "" : "DISPLAY is not set"};
  }
  std::optional<std::string> shortfall() const override {
    const std::lock_guard lock(Offered::instance().mutex);
    return Offered::instance().shortfall;
  }
  std::vector<TargetInfo> targets(TargetKind kind) const override {
    std::vector<TargetInfo> targets;
    if (kind == TargetKind::output)
      for (const auto& screen : Offered::instance().all()) targets.push_back(screen->target());
    return targets;
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return std::make_unique<FakeSession<Offered>>(pick_target(*this, request), by_index_);
  }

 private:
  bool by_index_;
};

/// One scripted screen for each name, the same at every opening.
class FakeVirtualSession final : public CaptureSession {
 public:
  explicit FakeVirtualSession(TargetInfo target)
      : target_(std::move(target)),
        screen_(std::make_shared<FakeScreen>(target_.name, target_.desktop, target_.index)) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions&) override { return open_screen(screen_); }

 private:
  TargetInfo target_;
  std::shared_ptr<FakeScreen> screen_;
};

class FakeVirtualBackend final : public Backend {
 public:
  FakeVirtualBackend() : Backend("virtual") {}
  bool automatic() const noexcept override { return false; }
  bool shows_own_stimulus() const noexcept override { return true; }
  Support probe() const override { return {true, ""}; }
  std::vector<TargetInfo> targets(TargetKind kind) const override {
    if (kind != TargetKind::output) return {};
    return {resolve("mover@64x48@60")};
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return std::make_unique<FakeVirtualSession>(
        pick_target(*this, request, [this](std::string_view name) { return resolve(name); }));
  }

 private:
  TargetInfo resolve(std::string_view name) const {
    if (!name.starts_with("mover"))
      throw UsageError("there is no stimulus \"" + std::string(name) + "\"; there is: mover");
    TargetInfo target = FakeScreen(std::string(name), Rect{0, 0, 64, 48}, 0).target();
    target.backend = this->name();
    return target;
  }
};

}  // namespace

const Backend& fake_backend() {
  static const FakeBackend<FakeDesktop::Offered> backend(false);
  return backend;
}

const Backend& indexing_backend() {
  static const FakeBackend<FakeDesktop::Offered> backend(true);
  return backend;
}

const Backend& fake_virtual_backend() {
  static const FakeVirtualBackend backend;
  return backend;
}

std::shared_ptr<CaptureSession> session_of(const FakeScreen& screen, const Backend& backend) {
  TargetRequest request;
  request.identity = screen.target().identity;
  return backend.choose(request);
}

}  // namespace rustcam::test
