// What each kind of file or stream can hold. Whatever the rest of the program asks about a
// container is a field of its row; its name is for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "media/ffmpeg.h"
#include "media/sample_format.h"

namespace rustcam {

/// What stands in the file, and so what is left of it after a crash.
enum class Layout {
  packets = 1,  ///< packets as they come
  fragments,    ///< MP4's family: fragments, and an index at the end
  clusters,     ///< Matroska's family: clusters, and a head that is told of them at the end
  pictures,     ///< plain pictures without times: every slot is written, and nothing else fits
};

/// How to know which codecs a container takes.
enum class CodecRule {
  muxer = 1,  ///< its muxer says it
  tagged,  ///< those that its muxer has a four-character code for; it does not answer the question
  listed,  ///< those in the row
};

using Names = std::span<const std::string_view>;

struct Container {
  std::string_view name;   ///< as users name it
  std::string_view muxer;  ///< as FFmpeg names it
  Names endings;           ///< without the dot; the first is the usual one
  Names aliases{};         ///< other names for --format
  Layout layout = Layout::packets;
  int ticks = 0;               ///< a second; 0: as fine as we like
  bool pipe = false;           ///< may go to standard output
  bool whole_ticks = false;    ///< a slot must be a whole number of ticks, two at least
  int default_fps = 60;        ///< of a recording whose rate was not given
  std::string_view encoder{};  ///< what `auto` means; empty: the first of the usual that opens
  CodecRule rule = CodecRule::muxer;
  std::span<const AVCodecID> codecs{};  ///< CodecRule::listed
  Names raw{};  ///< pixel formats of raw video that come back as they were; the first is the usual
  /// The codec of sound that it usually holds, as --audio-codec names it; empty: it holds none.
  std::string_view sound{};
  /// Those whose sound comes back, and in its place: finished, killed, and from a pipe.
  std::span<const AVCodecID> sounds{};
  /// The option that tells the muxer how long the last picture is shown, in ticks.
  std::string_view last_duration_option{};
  std::int64_t longest_ticks = 0;  ///< from one packet to the next; 0: any
  /// What Layout::pictures writes before the first picture, if anything. It has names for `raw`
  /// only.
  std::string (*stream_header)(PixelFormat format, Size size, const Rational& fps) = nullptr;
  std::string_view picture_header{};  ///< and before each picture

  bool has_times() const noexcept { return layout != Layout::pictures; }
};

std::span<const Container> containers() noexcept;
/// By --format's value; null if unknown.
const Container* container_by_name(std::string_view name) noexcept;
/// By the path's ending; null if it tells nothing.
const Container* container_by_ending(std::string_view path) noexcept;
/// What goes to a pipe if no format was asked for.
const Container& container_for_pipes() noexcept;

/// True if a reader gets back what such an encoder wrote.
bool can_hold(const Container& container, AVCodecID codec, const SampleFormat& format);
/// The same of sound.
bool can_hold_sound(const Container& container, AVCodecID codec) noexcept;
/// The names of those that can, of all or of those for pipes.
std::vector<std::string> holders(AVCodecID codec, const SampleFormat& format, bool pipes_only);

/// True if a finished file tells how long its last picture is shown.
bool tells_end(const Container& container) noexcept;

/// The most slots from one packet to the next that the container can tell; 0 if not even one.
std::int64_t longest_slots(const Container& container, const Rational& fps);

/// Seconds that one tick of a stream lasts: the `unit` of its packets is a whole number of ticks if
/// the container allows.
AVRational time_base(const Container& container, AVRational unit);

}  // namespace rustcam
