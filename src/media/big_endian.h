// Numbers with their most significant byte first, as MP4, PNG and QOI have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rustcam {

/// Over the first four bytes. `Byte` is std::byte or std::uint8_t.
template <typename Byte>
void put_big32(std::span<Byte, 4> bytes, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<Byte>(value >> (24 - 8 * i) & 0xff);
}

template <typename Byte>
void append_big32(std::vector<Byte>& out, std::uint32_t value) {
  const std::size_t at = out.size();
  out.resize(at + 4);
  put_big32(std::span<Byte, 4>(out.data() + at, 4), value);
}

}  // namespace rustcam
