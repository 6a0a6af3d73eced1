#include "support/fake_desktop.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "support/fake_source.h"

namespace rustcam::test {

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
  std::unique_ptr<FrameSource> open(const SourceOptions& options, Matches matches) {
    const auto list = all();
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const auto& screen) { return matches(screen->target()); });
    if (found == list.end()) throw AccessLost("there is no such fake output");
    return open_screen(*found, options);
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
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return Offered::instance().open(options, [this](const TargetInfo& t) {
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
  Support probe(const Patience&) const override {
    const std::lock_guard lock(Offered::instance().mutex);
    const bool up = Offered::instance().reachable;
    return Support{up, up ? "" : "DISPLAY is not set"};
  }
  std::optional<std::string> shortfall() const override {
    const std::lock_guard lock(Offered::instance().mutex);
    return Offered::instance().shortfall;
  }
  std::vector<TargetInfo> targets(TargetKind kind, const Patience&) const override {
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
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return open_screen(screen_, options);
  }

 private:
  TargetInfo target_;
  std::shared_ptr<FakeScreen> screen_;
};

class FakeVirtualBackend final : public Backend {
 public:
  FakeVirtualBackend() : Backend("virtual") {}
  bool automatic() const noexcept override { return false; }
  bool shows_own_stimulus() const noexcept override { return true; }
  Support probe(const Patience&) const override { return {true, ""}; }
  std::vector<TargetInfo> targets(TargetKind kind, const Patience&) const override {
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
