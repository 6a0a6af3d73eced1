#include "media/output_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <string_view>

#include "base/error.h"
#include "base/one_of.h"
#include "media/audio_encoder.h"
#include "media/container.h"
#include "media/encoder_options.h"
#include "media/encoder_traits.h"
#include "media/log_capture.h"
#include "media/muxer_trial.h"
#include "media/names.h"
#include "media/sample_format.h"

namespace rustcam {
namespace {

constexpr std::int32_t largest_side = 65535;

const Container& choose_container(const OutputRequest& request, bool to_stdout) {
  const Container* container = nullptr;
  if (request.format) {
    container = container_by_name(*request.format);
    if (container == nullptr)
      throw UsageError("unknown format '" + *request.format + "': choose " +
                       one_of(container_names(to_stdout)));
  } else if (to_stdout) {
    container = &container_for_pipes();
  } else {
    container = container_by_ending(request.path);
    if (container == nullptr)
      throw UsageError("the name '" + request.path +
                       "' does not tell the format: end it in .mp4, .mkv, .webm, .mov or .gif, or "
                       "add --format");
  }
  if (to_stdout && !container->pipe)
    throw UsageError(std::string(container->name) +
                     " cannot be written to a pipe: choose --format " +
                     one_of(container_names(true)));
  return *container;
}

Rational choose_rate(const OutputRequest& request, const Container& container) {
  const Rational fps = request.fps.value_or(Rational{container.default_fps, 1});
  if (!container.whole_ticks) {
    if (fps.num > std::numeric_limits<int>::max() || fps.den > std::numeric_limits<int>::max())
      throw UsageError("the rate " + to_string(fps) + " is too fine a fraction: round it");
    return fps;
  }
  // Players show a delay of one tick ten times slower, so two are the least.
  constexpr double shortest_delay = 2;
  const double delay = container.ticks / fps.value();
  if (longest_slots(container, fps) < 1)
    throw UsageError(std::string(container.name) + " cannot show a picture as long as --fps " +
                     to_string(fps) + " asks for: the slowest is " +
                     to_string(make_rational(container.ticks, container.longest_ticks)) +
                     " frames a second");
  if (delay >= shortest_delay && (container.ticks * fps.den) % fps.num == 0) return fps;
  const double nearest = std::max(shortest_delay, std::round(delay));
  throw UsageError(std::string(container.name) +
                   " counts time in whole hundredths of a second, so --fps " + to_string(fps) +
                   " cannot be exact: the nearest is " +
                   to_string(make_rational(container.ticks, static_cast<std::int64_t>(nearest))));
}

std::string formats_taken(const AVCodec& codec) {
  std::vector<std::string> names;
  for (const SampleFormat& f : encoder_sample_formats())
    if (takes(codec, f)) names.emplace_back(f.name);
  return one_of(names);
}

SampleFormat named_format(const std::string& name) {
  const auto format = sample_format_by_name(name);
  if (!format)
    throw UsageError("unknown pixel format '" + name + "': choose " + one_of(pixel_format_names()));
  return *format;
}

SampleFormat choose_raw_format(const OutputRequest& request, const Container& container) {
  const std::string_view usual = container.raw.empty() ? "rgba" : container.raw.front();
  const SampleFormat format = named_format(request.pixel_format.value_or(std::string(usual)));
  const auto refuse = [&](const std::string& what, Names formats) {
    throw UsageError(what + " " + one_of({formats.begin(), formats.end()}) + ", not " +
                     std::string(format.name));
  };
  if (can_hold(container, AV_CODEC_ID_RAWVIDEO, format)) return format;
  if (container.stream_header != nullptr)
    refuse(std::string(container.name) + " holds", container.raw);
  const Container& any = container_for_pipes();
  if (!can_hold(any, AV_CODEC_ID_RAWVIDEO, format)) refuse("raw video is written as", any.raw);
  return format;
}

/// An encoder that nobody asked for is told as the choice that it was.
std::string the_encoder(const OutputRequest& request, const AVCodec& codec) {
  return "the encoder " + std::string(codec.name) +
         (request.encoder == "auto" ? " (which auto chose)" : "");
}

bool encodes_from(const AVCodec& codec, const SampleFormat& format) {
  return format.is_yuv() && takes(codec, format);
}

SampleFormat choose_encoded_format(const OutputRequest& request, const AVCodec& codec) {
  if (codec.id == AV_CODEC_ID_GIF) {
    if (request.pixel_format)
      throw UsageError("gif has a palette of its own: leave --pixel-format out");
    return named_format("bgra");
  }
  if (request.pixel_format) {
    const SampleFormat format = named_format(*request.pixel_format);
    if (encodes_from(codec, format)) return format;
    throw UsageError(the_encoder(request, codec) + " does not take " + std::string(format.name) +
                     ": choose " + formats_taken(codec) +
                     (format.is_yuv() ? "" : ", or --encoder rawvideo"));
  }
  for (const SampleFormat& f : encoder_sample_formats())
    if (takes(codec, f)) return f;
  throw UsageError(the_encoder(request, codec) +
                   " takes none of the pixel formats that we make: choose another --encoder");
}

void check_numbers(const OutputRequest& request) {
  if (request.size) {
    const Size s = *request.size;
    if (s.width < 1 || s.height < 1 || s.width > largest_side || s.height > largest_side)
      throw UsageError("--size must be 1x1 to 65535x65535");
  }
  if (request.fragment &&
      (*request.fragment < shortest_fragment || *request.fragment > longest_fragment))
    throw UsageError("--fragment must be 0.1 to 3600 seconds, or off");
}

/// FFmpeg's words for what it refuses; empty if it has none.
std::string reason_against(const Container& container, const AVCodec& codec) {
  if (container.rule != CodecRule::muxer || codec.id == AV_CODEC_ID_RAWVIDEO) return {};
  const std::string reason = ask_muxer(container, codec.id).reason;
  return reason.empty() ? "" : " (" + reason + ")";
}

void check_faststart(const Container& container) {
  if (container.layout != Layout::fragments)
    throw UsageError("--faststart puts the index of mp4 and mov in front, and " +
                     std::string(container.name) + " has none such: leave it out");
}

void check_holds(const Container& container, const AVCodec& codec, const SampleFormat& format,
                 const OutputRequest& request) {
  if (can_hold(container, codec.id, format)) return;
  const std::string what = codec.id == AV_CODEC_ID_RAWVIDEO
                               ? "raw video in " + std::string(format.name)
                               : "what " + the_encoder(request, codec) + " makes";
  const auto others = holders(codec.id, format, request.path == "-");
  const std::string advice = others.empty() ? "use another --encoder"
                             : request.encoder == "auto"
                                 ? "name an --encoder, or use " + one_of(others)
                                 : "use " + one_of(others) + ", or another --encoder";
  throw UsageError(std::string(container.name) + " cannot hold " + what +
                   " so that it could be read back" + reason_against(container, codec) + ": " +
                   advice);
}

/// Whether the options are known can be told without opening anything.
void check_user_options(const OutputRequest& request, const AVCodec& codec) {
  if (request.encoder_options.empty()) return;
  const CodecContextPtr context(avcodec_alloc_context3(&codec));
  if (!context) throw std::bad_alloc();
  apply_user_options(request, codec, *context);
}

SampleFormat check_combination(const OutputRequest& request, const Container& container,
                               const AVCodec& codec) {
  const bool raw = codec.id == AV_CODEC_ID_RAWVIDEO;
  if (raw && !request.encoder_options.empty())
    throw UsageError("--encoder-option means nothing to raw video: leave it out");
  if (!raw && !container.has_times())
    check_holds(container, codec, named_format("yuv420p"), request);
  const SampleFormat format =
      raw ? choose_raw_format(request, container) : choose_encoded_format(request, codec);
  check_holds(container, codec, format, request);
  check_encoder_options(request, codec);
  return format;
}

}  // namespace

OutputPlan plan_output(const OutputRequest& request) {
  const LogCapture quiet;
  OutputPlan plan;
  plan.request = request;
  plan.to_stdout = request.path == "-";
  check_numbers(request);
  const Container& container = choose_container(request, plan.to_stdout);
  plan.container = &container;
  plan.fps = choose_rate(request, container);
  if (request.vfr && !container.has_times())
    throw UsageError("--vfr needs time stamps, and " + std::string(container.name) +
                     " has none: use --format nut or matroska");

  if (request.faststart) check_faststart(container);

  const auto candidates = encoder_candidates(request.encoder, container);
  std::optional<SampleFormat> chosen;
  for (const std::string& name : candidates) {
    const AVCodec& codec = find_encoder(name);
    const bool last = &name == &candidates.back();
    if (!last && request.pixel_format && !encodes_from(codec, named_format(*request.pixel_format)))
      continue;
    const SampleFormat format = check_combination(request, container, codec);
    if (candidates.size() == 1) check_user_options(request, codec);
    if (!chosen) chosen = format;
    plan.encoders.push_back(name);
  }
  if (!chosen) throw UsageError("FFmpeg here has no encoder for " + std::string(container.name));
  plan.pixel_format = chosen->name;
  if (!request.audio.empty()) plan.audio_encoder = plan_audio_encoder(request, container);
  return plan;
}

std::optional<OutputPlan> software_plan(const OutputPlan& plan) {
  if (plan.request.encoder != "auto") return std::nullopt;
  if (!can_hold(*plan.container, AV_CODEC_ID_H264, named_format("yuv420p"))) return std::nullopt;
  OutputPlan software = plan;
  software.encoders = {"libx264"};
  software.request.encoder_options.clear();
  return software;
}

}  // namespace rustcam
