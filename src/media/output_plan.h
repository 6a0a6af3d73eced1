// What will be written, decided and checked before anything is captured or created.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/geometry.h"
#include "base/rational.h"
#include "base/time.h"

namespace rustcam {

struct Container;
class TextureHome;

/// Of --fragment.
constexpr Duration shortest_fragment = std::chrono::milliseconds(100);
constexpr Duration longest_fragment = std::chrono::hours(1);

/// Of --max-size, for one file.
struct SizeLimit {
  std::int64_t bytes = 0;
  /// A first picture that is larger is written all the same: else there would be no file.
  bool first_picture_anyway = true;
};

struct OutputRequest {
  std::string path;                   ///< "-" for standard output
  std::optional<std::string> format;  ///< --format; default by the ending, rawvideo on a pipe
  std::string encoder = "auto";
  std::optional<std::string> preset;    ///< x264's names, mapped for each encoder
  std::optional<double> crf;            ///< x264's scale, 0..51
  std::optional<std::int64_t> bitrate;  ///< bits a second
  std::optional<int> gop;               ///< frames
  std::vector<std::pair<std::string, std::string>> encoder_options;
  std::optional<std::string> pixel_format;
  std::vector<std::string> audio;             ///< titles of the tracks of sound, one each
  std::optional<std::string> audio_codec;     ///< default by the container
  std::optional<std::int64_t> audio_bitrate;  ///< bits a second; default 160k
  std::optional<Rational> fps;                ///< default 60; gif 25
  std::optional<Size> size;                   ///< --size
  std::optional<Duration> fragment = std::chrono::seconds(1);  ///< nullopt: `off`
  std::optional<SizeLimit> limit;  ///< the file ends before it is larger
  bool vfr = false;
  bool faststart = false;  ///< the index in front, once the file is finished
  bool force = false;
  bool claimed = false;  ///< the file at `path` is there, empty, and the caller's own
};

constexpr bool may_overwrite(const OutputRequest& request) noexcept {
  return request.force || request.claimed;
}

/// A request that was found possible: container, candidates for the encoder, pixel format, rate.
struct OutputPlan {
  OutputRequest request;
  const Container* container = nullptr;  ///< a row of the table, never null in a plan that was made
  std::vector<std::string> encoders;     ///< FFmpeg names, in the order to try
  std::string pixel_format;              ///< as the user names it
  std::string audio_encoder;             ///< FFmpeg name; empty: no sound
  Rational fps;
  bool to_stdout = false;
  std::shared_ptr<TextureHome> textures{};  ///< where the pictures are; null: in memory

  /// True if the alpha of the recorded pictures may be written as it is; every conversion sets
  /// its own.
  bool keeps_alpha() const noexcept { return pixel_format == "bgra"; }
};

/// Checks the whole combination. Throws UsageError: unknown container, encoder or pixel format,
/// what could not be read back, a value out of range, sound in what holds none, a gif rate that is
/// no whole number of centiseconds (naming the nearest).
OutputPlan plan_output(const OutputRequest& request);

/// The same with an encoder that needs no hardware, without the other's options; nullopt if an
/// encoder was asked for by name, or if the container does not take what this one makes.
std::optional<OutputPlan> software_plan(const OutputPlan& plan);

}  // namespace rustcam
