// What each kind of file or stream can hold.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "media/ffmpeg.h"

namespace rustcam {

/// How a container counts time.
enum class Ticks {
  exact = 1,     ///< as fine as we like: a slot is a whole number of ticks
  milliseconds,  ///< 1/1000 s
  mpeg,          ///< 1/90000 s
  centiseconds,  ///< 1/100 s
  none,          ///< no time stamps: every slot is written
};

struct Container {
  std::string_view name;                      ///< as users name it
  std::string_view muxer;                     ///< as FFmpeg names it
  std::span<const std::string_view> endings;  ///< without the dot; the first is the usual one
  std::span<const std::string_view> aliases;  ///< other names for --format
  Ticks ticks;
  bool pipe;        ///< may go to standard output
  bool fragmented;  ///< MP4's family: written in fragments that survive a crash
};

std::span<const Container> containers() noexcept;
/// By --format's value; null where unknown.
const Container* container_by_name(std::string_view name) noexcept;
/// By the path's ending; null where it tells nothing.
const Container* container_by_ending(std::string_view path) noexcept;
/// By FFmpeg's muxer name.
const Container& container_by_muxer(std::string_view muxer);

/// True where a reader gets back what such an encoder wrote.
bool can_hold(const Container& container, AVCodecID codec, AVPixelFormat format);

/// Seconds that one tick of a stream lasts, such that a slot is a whole number of ticks where the
/// container allows.
AVRational time_base(const Container& container, const Rational& fps);

}  // namespace rustcam
