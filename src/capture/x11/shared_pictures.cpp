#include "capture/x11/shared_pictures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "image/pixel_format.h"

namespace rustcam::x11 {
namespace {

/// So many pictures are under way if everyone keeps up; the others are for bad times.
constexpr std::size_t soon_needed = 4;

}  // namespace

Image SharedPictures::make(Size size) {
  // What nobody holds but its segment is a picture that is gone.
  std::erase_if(segments_, [](const auto& s) { return s->memory().use_count() == 1; });
  const std::int64_t bytes = packed_bytes(PixelFormat::bgra, size);
  // The offset in ShmGetImage has 32 bits.
  if (shares_memory_ && bytes > 0 && bytes <= std::numeric_limits<std::uint32_t>::max()) {
    auto segment = ShmSegment::create(*connection_, static_cast<std::size_t>(bytes));
    shares_memory_ = segment != nullptr;
    if (segment) {
      if (segments_.size() < soon_needed) segment->populate();
      segments_.push_back(std::move(segment));
      return {segments_.back()->memory(), size};
    }
  }
  return {PixelFormat::bgra, size};
}

const ShmSegment* SharedPictures::segment_of(const Image& picture) const noexcept {
  const std::uint8_t* first = picture.view().row(0);
  const auto found =
      std::ranges::find_if(segments_, [first](const auto& s) { return s->data() == first; });
  return found == segments_.end() ? nullptr : found->get();
}

}  // namespace rustcam::x11
