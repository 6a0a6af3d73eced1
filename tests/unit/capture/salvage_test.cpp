#include "capture/salvage.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "capture/recovery.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

/// Lost at its first acquire().
class LostSource final : public FrameSource {
 public:
  explicit LostSource(int& alive) : alive_(alive) { ++alive_; }
  ~LostSource() override { --alive_; }
  LostSource(const LostSource&) = delete;
  LostSource& operator=(const LostSource&) = delete;

  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint, std::stop_token) override { return AcquireStatus::access_lost; }
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override {}
  ReadCost read(const Region&, Picture&, Point) override { return {}; }
  const Pointer& pointer() override { return pointer_; }

 private:
  int& alive_;
  TargetInfo target_;
  DesktopUpdate update_;
  Pointer pointer_;
};

/// Leaves one thing at each loss, and notes what each opening took over.
class KeepingSession final : public CaptureSession {
 public:
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions&) override {
    taken.push_back(kept_.take() != nullptr);
    if (taken.size() > 1 && refusals-- > 0) throw AccessLost("not yet");
    auto source = std::make_unique<LostSource>(alive);
    last_ = source.get();
    return source;
  }
  void salvage(FrameSource& lost) override {
    CHECK(&lost == last_);
    CHECK(alive == 1);
    kept_.put(std::make_shared<const int>(1));
  }

  std::vector<bool> taken;
  int refusals = 0;
  int alive = 0;

 private:
  TargetInfo target_;
  Salvage<int> kept_;
  const FrameSource* last_ = nullptr;
};

}  // namespace

TEST_CASE("what a lost source leaves goes to the first try at another one only") {
  const auto session = std::make_shared<KeepingSession>();
  session->refusals = 2;
  RecoveringSource source(session, {}, std::nullopt, {});
  CHECK(source.acquire(now() + 10s, {}) == SourceEvent::changed);
  CHECK(session->taken == std::vector<bool>{false, true, false, false});
  CHECK(source.acquire(now() + 10s, {}) == SourceEvent::changed);
  CHECK(session->taken == std::vector<bool>{false, true, false, false, true});
}
