// What the made-up desktop offers over PipeWire, in PipeWire's own words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/geometry.h"
#include "base/rational.h"
#include "personality.h"

struct spa_pod;

namespace rustcam::test {

/// Some of PipeWire's parameters; they point into it, so it can neither be copied nor moved.
class Params {
 public:
  Params() = default;
  Params(const Params&) = delete;
  Params& operator=(const Params&) = delete;

  /// What can be chosen.
  void add_format_offer(const Personality& who, Size size, Rational hz);
  void add_buffers(Size size, std::int32_t stride);
  /// `type`: one of SPA's; between `least` and `most` bytes.
  void add_metadata(std::uint32_t type, std::size_t least, std::size_t most);

  const spa_pod** data() noexcept { return pods_.data(); }
  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(pods_.size()); }

 private:
  struct Writer;
  std::vector<std::vector<std::uint8_t>> memory_;
  std::vector<const spa_pod*> pods_;
};

/// What was agreed upon.
struct AgreedFormat {
  std::uint32_t format = 0;  ///< one of SPA's
  Size size;
  std::optional<std::uint64_t> modifier;
  std::uint32_t rate_number = 0;
  std::uint32_t rate_of = 1;
};
/// nullopt if it is no raw video.
std::optional<AgreedFormat> agreed_format(const spa_pod& format);

/// Bytes from one row to the next.
constexpr std::int32_t cast_stride(Size size) noexcept {
  return (size.width * 4 + 63) / 64 * 64;
}

}  // namespace rustcam::test
