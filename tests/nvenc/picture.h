// A picture as the encoder takes it, made of what the client gave.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nvenc {

/// Planar YUV of 8 bits without padding: luma, then both chroma planes.
struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool full_chroma = false;  ///< 4:4:4; else 4:2:0
  std::vector<std::uint8_t> bytes;

  std::size_t luma_size() const { return std::size_t{width} * height; }
  std::uint32_t chroma_width() const { return full_chroma ? width : width / 2; }
  std::uint32_t chroma_height() const { return full_chroma ? height : height / 2; }
  std::size_t chroma_size() const { return std::size_t{chroma_width()} * chroma_height(); }
  const std::uint8_t* luma() const { return bytes.data(); }
  const std::uint8_t* blue() const { return luma() + luma_size(); }
  const std::uint8_t* red() const { return blue() + chroma_size(); }
};

/// Formats that the stand-in takes.
bool is_known(NV_ENC_BUFFER_FORMAT format);

/// "nv12", "argb" and so on, for the report.
std::string_view name_of(NV_ENC_BUFFER_FORMAT format);

bool is_full_chroma(NV_ENC_BUFFER_FORMAT format);

/// Bytes of one row of the first plane.
std::uint32_t row_bytes(NV_ENC_BUFFER_FORMAT format, std::uint32_t width);

/// Rows of `pitch` bytes that a buffer of this format has, all planes together.
std::uint32_t rows_of(NV_ENC_BUFFER_FORMAT format, std::uint32_t height);

/// From a buffer with planes one below the other, as NVENC lays them out. RGB is converted by
/// BT.601, limited range, as the hardware does. `width` and `height` are even unless the format has
/// full chroma.
Picture make_picture(NV_ENC_BUFFER_FORMAT format, std::uint32_t width, std::uint32_t height,
                     const std::uint8_t* bytes, std::size_t pitch);

}  // namespace nvenc
