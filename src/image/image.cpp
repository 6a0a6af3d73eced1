#include "image/image.h"

#include <array>
#include <new>
#include <stdexcept>
#include <utility>

namespace rustcam {
namespace {

constexpr std::int64_t alignment = 64;
constexpr std::int32_t longest_side = 65535;

constexpr std::int64_t round_up(std::int64_t n) {
  return (n + alignment - 1) / alignment * alignment;
}

void require_possible(Size size) {
  if (size.width < 1 || size.height < 1 || size.width > longest_side || size.height > longest_side)
    throw std::invalid_argument("a picture of " + to_string(size) +
                                " cannot be made: sides are 1 to 65535");
}

}  // namespace

Image::Image(PixelFormat format, Size size, YuvEncoding encoding) {
  require_possible(size);
  std::array<std::int64_t, max_planes> offsets{};
  std::int64_t bytes = 0;
  for (int p = 0; p < plane_count(format); ++p) {
    const auto i = static_cast<std::size_t>(p);
    const Size s = plane_size(format, p, size);
    const std::int64_t stride = round_up(std::int64_t{s.width} * bytes_per_sample(format, p));
    offsets[i] = bytes;
    view_.planes[i].stride = static_cast<std::ptrdiff_t>(stride);
    bytes += stride * s.height;
  }
  bytes_.reset(static_cast<std::uint8_t*>(
                   ::operator new (static_cast<std::size_t>(bytes), std::align_val_t{alignment})),
               [](std::uint8_t* p) { ::operator delete (p, std::align_val_t{alignment}); });
  for (int p = 0; p < plane_count(format); ++p) {
    const auto i = static_cast<std::size_t>(p);
    view_.planes[i].data = bytes_.get() + offsets[i];
  }
  view_.format = format;
  view_.size = size;
  view_.encoding = encoding;
}

Image::Image(std::shared_ptr<std::uint8_t> memory, Size size) : bytes_(std::move(memory)) {
  require_possible(size);
  view_.format = PixelFormat::bgra;
  view_.size = size;
  view_.planes[0] = {bytes_.get(),
                     std::ptrdiff_t{size.width} * bytes_per_sample(PixelFormat::bgra, 0)};
}

Image::Image(Image&& other) noexcept
    : bytes_(std::move(other.bytes_)), view_(std::exchange(other.view_, {})) {}

Image& Image::operator=(Image&& other) noexcept {
  bytes_ = std::move(other.bytes_);
  view_ = std::exchange(other.view_, {});
  return *this;
}

}  // namespace rustcam
