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

struct Heirloom final : SourceLegacy {};

/// What the openings were given, and what the next ones do.
struct Script {
  std::vector<std::shared_ptr<const SourceLegacy>> given;
  int refusals = 0;
};

Script& script() {
  static Script s;
  return s;
}

/// Lost at its first acquire().
class LostSource final : public FrameSource {
 public:
  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint, std::stop_token) override { return AcquireStatus::access_lost; }
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override {}
  ReadCost read(const Region&, Image&, Point) override { return {}; }
  const Pointer& pointer() override { return pointer_; }
  std::shared_ptr<const SourceLegacy> legacy() const override { return heirloom_; }

 private:
  TargetInfo target_;
  DesktopUpdate update_;
  Pointer pointer_;
  std::shared_ptr<const Heirloom> heirloom_ = std::make_shared<const Heirloom>();
};

std::unique_ptr<FrameSource> open(const TargetInfo&, const SourceOptions& options) {
  script().given.push_back(options.legacy);
  if (script().given.size() > 1 && script().refusals-- > 0) throw AccessLost("not yet");
  return std::make_unique<LostSource>();
}

}  // namespace

TEST_CASE("what a lost source leaves goes to the first try at another one only") {
  script() = {.given = {}, .refusals = 2};
  Backend backend;
  backend.open = open;
  RecoveringSource source(backend, {}, {}, std::nullopt, {});
  CHECK(source.acquire(now() + 10s, {}) == SourceEvent::changed);
  REQUIRE(script().given.size() == 4);
  CHECK(script().given[0] == nullptr);
  CHECK(script().given[1] != nullptr);
  CHECK(script().given[2] == nullptr);
  CHECK(script().given[3] == nullptr);
  CHECK(script().given[1].use_count() == 1);
}
