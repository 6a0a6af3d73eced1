// Buffers that lie about themselves, as a broken or hostile desktop could send them.
#pragma once

#include <span>
#include <string_view>

struct spa_buffer;

namespace rustcam::test {

struct CastLie {
  std::string_view name;
  /// Changes what a whole and true buffer says.
  void (*tell)(spa_buffer& buffer);
};

std::span<const CastLie> cast_lies() noexcept;
/// Null if there is none of this name.
const CastLie* find_cast_lie(std::string_view name) noexcept;

}  // namespace rustcam::test
