// How the server stores the screen's pixels, and the way to and from bgra.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// What a server says of a window's pixels. The defaults are those of most screens.
struct PixelDescription {
  std::uint8_t visual_class = XCB_VISUAL_CLASS_TRUE_COLOR;
  int depth = 24;           ///< bits that mean something
  int bits_per_pixel = 32;  ///< bits that are stored
  int scanline_pad = 32;    ///< rows are padded to so many bits
  bool big_endian = false;
  std::uint32_t red_mask = 0xff0000;  ///< of true and direct colour, as are the next two
  std::uint32_t green_mask = 0xff00;
  std::uint32_t blue_mask = 0xff;
  int colormap_entries = 256;  ///< of a channel where each has its own
};

class PixelLayout {
 public:
  explicit PixelLayout(const PixelDescription& description);

  /// False for fewer than 8 bits, and for what no server is known to have.
  bool supported() const noexcept { return kind_ != Kind::unsupported; }
  /// The bytes of a pixel are blue, green, red and one unused.
  bool is_bgrx() const noexcept { return kind_ == Kind::xrgb8; }
  /// from_bgra() can be called.
  bool can_be_drawn_in() const noexcept { return kind_ == Kind::xrgb8 || kind_ == Kind::x2rgb10; }
  /// Pixels are looked up in a table of the server's, whose entries may change at any time.
  bool has_colormap() const noexcept { return has_colormap_; }
  /// For people: "bgra8", "x2rgb10", "depth 16".
  std::string name() const;

  std::size_t bytes_per_pixel() const noexcept { return bytes_per_pixel_; }
  /// From one row to the next in an image of this width.
  std::size_t row_bytes(std::int64_t width) const noexcept;

  /// If it has a colormap: the pixels whose colours set_colors() takes, in this order.
  std::vector<std::uint32_t> colormap_pixels() const;
  /// Before it is called, all colours are black. Ignored if it is not one for each.
  void set_colors(std::span<const xcb_rgb_t> colors);

  /// Converts `count` pixels of a row to bgra with alpha 255.
  void to_bgra(const std::uint8_t* from, std::uint8_t* to, std::size_t count) const;
  /// Converts `count` bgra pixels to this layout; the two may be the same memory.
  void from_bgra(const std::uint8_t* from, std::uint8_t* to, std::size_t count) const;

 private:
  enum class Kind {
    unsupported = 0,
    xrgb8,    ///< depth 24: B, G, R, unused in memory
    x2rgb10,  ///< depth 30: ten bits each, blue lowest
    looked_up,
  };
  /// Some bits of a pixel, and what each of their values adds to the bgra word.
  struct Channel {
    unsigned shift = 0;
    std::uint32_t mask = 0;  ///< after the shift
    std::vector<std::uint32_t> words{0};
  };
  bool split(std::size_t channel, std::uint32_t mask);
  void fill_ramps();

  Kind kind_ = Kind::unsupported;
  int depth_;
  std::size_t bytes_per_pixel_ = 0;
  std::size_t pad_bytes_ = 0;
  bool big_endian_;
  bool has_colormap_ = false;
  bool indexed_ = false;  ///< the first channel is the whole pixel
  std::size_t colormap_entries_;
  std::array<Channel, 3> channels_;  ///< red, green, blue
};

/// The root window's; one with a colormap has no colours yet.
PixelLayout root_layout(const Connection& connection);

/// Why a screen with pixels of this kind cannot be captured, and what to do.
std::string unsupported_pixels(const PixelLayout& layout);

/// Why nobody tells what changes on the screen (TargetInfo::changes_unknown); empty if it is told.
std::string changes_unknown(const Connection& connection, const PixelLayout& layout);

/// Gives `layout`, which has a colormap, the colours that the screen shows now. Two round trips.
/// Throws DeviceError.
void follow_colormap(const Connection& connection, PixelLayout& layout);

}  // namespace rustcam::x11
