#include "media/stream_zeros.h"

#include <algorithm>
#include <cstddef>

#include "base/time.h"
#include "media/matroska_trial.h"

namespace rustcam {
namespace {

constexpr AVRational nanoseconds{1, 1'000'000'000};

std::int64_t to_ticks(Duration time, AVRational base) {
  return av_rescale_q(time.count(), nanoseconds, base);
}

/// How long before time 0 a stream's packets may begin.
Duration lead(const StreamInfo& info) {
  const AVCodecParameters& p = *info.parameters;
  if (p.codec_type == AVMEDIA_TYPE_AUDIO)
    return Duration(av_rescale_q(p.initial_padding, {1, p.sample_rate}, nanoseconds));
  return Duration(av_rescale_q(p.video_delay, info.time_base, nanoseconds));
}

/// Matroska tells of each sound what to leave out, if the muxer writes that; what it does not tell
/// of makes all streams later. Pictures have no decoding times there.
std::vector<std::int64_t> cluster_zeros(const Container& container,
                                        std::span<const StreamInfo> streams,
                                        std::span<const AVRational> bases) {
  std::vector<std::int64_t> zeros(streams.size());
  Duration untold{};
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const Duration own = lead(streams[i]);
    if (streams[i].parameters->codec_type != AVMEDIA_TYPE_AUDIO || own == Duration{}) continue;
    const SoundStart start = try_sound_start(container, streams[i]);
    if (start.told)
      zeros[i] = to_ticks(own, bases[i]) - start.added;
    else
      untold = std::max(untold, own);
  }
  for (std::size_t i = 0; i < streams.size(); ++i) zeros[i] += to_ticks(untold, bases[i]);
  return zeros;
}

}  // namespace

std::vector<std::int64_t> stream_zeros(const Container& container, Beginnings told,
                                       std::span<const StreamInfo> streams,
                                       std::span<const AVRational> bases) {
  std::vector<std::int64_t> zeros(streams.size());
  if (told == Beginnings::muxer) return zeros;
  if (container.layout == Layout::clusters) return cluster_zeros(container, streams, bases);
  Duration longest{};
  for (const StreamInfo& info : streams) longest = std::max(longest, lead(info));
  for (std::size_t i = 0; i < streams.size(); ++i)
    zeros[i] = to_ticks(told == Beginnings::edit_lists ? lead(streams[i]) : longest, bases[i]);
  return zeros;
}

}  // namespace rustcam
