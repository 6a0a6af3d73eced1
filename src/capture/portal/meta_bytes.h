// Plain structures out of bytes that another program writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace rustcam::portal {

/// A copy, so that what is checked is what is used. nullopt if it is not all there.
template <typename Structure>
std::optional<Structure> copied(std::span<const std::uint8_t> bytes, std::size_t offset = 0) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Structure)) return std::nullopt;
  Structure structure;
  std::memcpy(&structure, bytes.data() + offset, sizeof structure);
  return structure;
}

}  // namespace rustcam::portal
