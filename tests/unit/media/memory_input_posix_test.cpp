#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/memory_input.h"
#include "support/fake_texture.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr Size size{8, 4};

/// What it was shown.
struct Shown {
  std::vector<int> blues;  ///< of the first pixel
  std::vector<Region> damages;
};

class Watching final : public PictureSource {
 public:
  explicit Watching(std::shared_ptr<Shown> shown)
      : shown_(std::move(shown)), frame_(make_frame()) {}
  AVFrame& show(const ConstImageView& picture, const Region& damage) override {
    shown_->blues.push_back(picture.row(0)[0]);
    shown_->damages.push_back(damage);
    return *frame_;
  }
  std::int64_t bytes_converted() const noexcept override { return 0; }

 private:
  std::shared_ptr<Shown> shown_;
  FramePtr frame_;
};

/// On a device that is gone.
class GoneTexture final : public Texture {
 public:
  Size size() const noexcept override { return ::size; }
  std::shared_ptr<TextureHome> home() const override { return nullptr; }
  void blend(const Pointer&, Point) override {}
  void read(const ImageView&) const override { throw DeviceError("the device was removed"); }
};

std::shared_ptr<const Picture> texture_of(std::uint8_t blue) {
  auto texture = std::make_unique<FakeTexture>(size);
  texture->pixels().row(0)[0] = blue;
  return std::make_shared<Picture>(std::move(texture));
}

std::shared_ptr<const Picture> memory_of(std::uint8_t blue) {
  Image image(PixelFormat::bgra, size);
  image.view().row(0)[0] = blue;
  return std::make_shared<Picture>(std::move(image));
}

}  // namespace

TEST_CASE("textures that were on their way are read back") {
  const auto shown = std::make_shared<Shown>();
  MemoryInput input(std::make_unique<Watching>(shown), size);
  const Region some = Rect{0, 0, 2, 2};
  input.show(texture_of(7), Rect::of(size));
  input.show(texture_of(8), some);
  input.show(memory_of(9), some);
  CHECK(shown->blues == std::vector{7, 8, 9});
  CHECK(shown->damages[1] == some);
  CHECK(shown->damages[2] == some);
}

TEST_CASE("what a lost device does not give leaves the picture before, and the next one is whole") {
  const auto shown = std::make_shared<Shown>();
  MemoryInput input(std::make_unique<Watching>(shown), size);
  const auto gone = std::make_shared<const Picture>(std::make_unique<GoneTexture>());
  const Region some = Rect{0, 0, 2, 2};
  input.show(gone, Rect::of(size));
  input.show(texture_of(7), some);
  input.show(gone, some);
  input.show(memory_of(9), some);
  CHECK(shown->blues == std::vector{0, 7, 7, 9});
  CHECK(shown->damages[1] == Region(Rect::of(size)));
  CHECK(shown->damages[3] == Region(Rect::of(size)));
}
