#include "media/container.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/path_text.h"
#include "media/muxer_trial.h"
#include "media/names.h"
#include "media/y4m_header.h"

namespace rustcam {
namespace {

constexpr std::array<std::string_view, 2> mp4_endings{"mp4", "m4v"};
constexpr std::array<std::string_view, 1> mov_endings{"mov"};
constexpr std::array<std::string_view, 1> mkv_endings{"mkv"};
constexpr std::array<std::string_view, 1> webm_endings{"webm"};
constexpr std::array<std::string_view, 1> gif_endings{"gif"};
constexpr std::array<std::string_view, 1> nut_endings{"nut"};
constexpr std::array<std::string_view, 3> ts_endings{"ts", "mts", "m2ts"};
constexpr std::array<std::string_view, 6> raw_endings{"raw", "rawvideo", "bgra",
                                                      "rgb", "bgr",      "yuv"};
constexpr std::array<std::string_view, 1> y4m_endings{"y4m"};
constexpr std::array<std::string_view, 1> y4m_aliases{"yuv4mpegpipe"};

constexpr std::array gif_codecs{AV_CODEC_ID_GIF};
constexpr std::array ts_codecs{AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG1VIDEO,
                               AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4};

// Sound that comes back, and in its place: found by reading such files back, finished ones, killed
// ones and those from a pipe. MP4 writes no AC-3 before it has seen some, NUT takes E-AC-3 for
// AC-3, and what MPEG's streams have no name for comes back as data.
constexpr std::array mp4_sounds{AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC,
                                AV_CODEC_ID_ALAC, AV_CODEC_ID_MP3};
constexpr std::array mov_sounds{AV_CODEC_ID_AAC,       AV_CODEC_ID_ALAC,
                                AV_CODEC_ID_MP3,       AV_CODEC_ID_PCM_S16LE,
                                AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_F32LE};
constexpr std::array mkv_sounds{
    AV_CODEC_ID_AAC,    AV_CODEC_ID_OPUS,      AV_CODEC_ID_FLAC,      AV_CODEC_ID_ALAC,
    AV_CODEC_ID_MP3,    AV_CODEC_ID_MP2,       AV_CODEC_ID_AC3,       AV_CODEC_ID_EAC3,
    AV_CODEC_ID_VORBIS, AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_F32LE};
constexpr std::array webm_sounds{AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS};
constexpr std::array nut_sounds{AV_CODEC_ID_AAC,      AV_CODEC_ID_OPUS,      AV_CODEC_ID_FLAC,
                                AV_CODEC_ID_MP3,      AV_CODEC_ID_MP2,       AV_CODEC_ID_AC3,
                                AV_CODEC_ID_VORBIS,   AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_PCM_S24LE,
                                AV_CODEC_ID_PCM_F32LE};
constexpr std::array ts_sounds{AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_MP3,
                               AV_CODEC_ID_MP2, AV_CODEC_ID_AC3,  AV_CODEC_ID_EAC3};

// What each container's four characters for raw video can name; other bytes are refused, or come
// back as another format. Found by reading such files back.
constexpr std::array<std::string_view, 7> all_raw{"bgra", "bgr",  "rgba",   "rgb",
                                                  "gray", "nv12", "yuv420p"};
constexpr std::array<std::string_view, 3> mov_raw{"bgra", "rgba", "rgb"};
constexpr std::array<std::string_view, 4> mkv_raw{"rgba", "yuv420p", "nv12", "gray"};
constexpr std::array<std::string_view, 3> y4m_raw{"yuv420p", "yuv444p", "gray"};

/// Sample durations have 32 bits, and many programs, FFmpeg among them, take them for signed.
constexpr std::int64_t int32_ticks = std::numeric_limits<std::int32_t>::max();
/// Times have 33 bits and begin anew after that; a larger step cannot be told from one backwards.
constexpr std::int64_t half_of_33_bits = std::int64_t{1} << 31;

constexpr std::array<Container, 9> table{{
    {.name = "mp4",
     .muxer = "mp4",
     .endings = mp4_endings,
     .layout = Layout::fragments,
     .pipe = true,
     .sound = "aac",
     .sounds = mp4_sounds,
     .longest_ticks = int32_ticks},
    {.name = "mov",
     .muxer = "mov",
     .endings = mov_endings,
     .layout = Layout::fragments,
     .raw = mov_raw,
     .sound = "aac",
     .sounds = mov_sounds,
     .longest_ticks = int32_ticks},
    {.name = "matroska",
     .muxer = "matroska",
     .endings = mkv_endings,
     .aliases = mkv_endings,
     .layout = Layout::clusters,
     .ticks = 1000,
     .pipe = true,
     .raw = mkv_raw,
     .sound = "opus",
     .sounds = mkv_sounds},
    {.name = "webm",
     .muxer = "webm",
     .endings = webm_endings,
     .layout = Layout::clusters,
     .ticks = 1000,
     .pipe = true,
     .encoder = "libvpx-vp9",
     .sound = "opus",
     .sounds = webm_sounds},
    {.name = "gif",
     .muxer = "gif",
     .endings = gif_endings,
     .ticks = 100,
     .whole_ticks = true,
     .default_fps = 25,
     .encoder = "gif",
     .rule = CodecRule::listed,
     .codecs = gif_codecs,
     .last_duration_option = "final_delay",
     .longest_ticks = 0xffff},
    {.name = "nut",
     .muxer = "nut",
     .endings = nut_endings,
     .pipe = true,
     .rule = CodecRule::tagged,
     .raw = all_raw,
     .sound = "opus",
     .sounds = nut_sounds},
    {.name = "mpegts",
     .muxer = "mpegts",
     .endings = ts_endings,
     .aliases = ts_endings,
     .ticks = 90000,
     .pipe = true,
     .rule = CodecRule::listed,
     .codecs = ts_codecs,
     .sound = "aac",
     .sounds = ts_sounds,
     .longest_ticks = half_of_33_bits},
    {.name = "rawvideo",
     .muxer = "rawvideo",
     .endings = raw_endings,
     .aliases = raw_endings,
     .layout = Layout::pictures,
     .pipe = true,
     .encoder = "rawvideo",
     .rule = CodecRule::listed,
     .raw = all_raw},
    {.name = "y4m",
     .muxer = "yuv4mpegpipe",
     .endings = y4m_endings,
     .aliases = y4m_aliases,
     .layout = Layout::pictures,
     .pipe = true,
     .encoder = "rawvideo",
     .rule = CodecRule::listed,
     .raw = y4m_raw,
     .stream_header = y4m_header,
     .picture_header = "FRAME\n"},
}};

template <typename Range, typename Value>
bool among(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

}  // namespace

std::span<const Container> containers() noexcept {
  return table;
}

const Container* container_by_name(std::string_view name) noexcept {
  for (const Container& c : table)
    if (c.name == name || among(c.aliases, name)) return &c;
  return nullptr;
}

const Container* container_by_ending(std::string_view path) noexcept {
  const std::string ending = ending_of(path);
  for (const Container& c : table)
    if (among(c.endings, ending)) return &c;
  return nullptr;
}

const Container& container_for_pipes() noexcept {
  return *container_by_name("rawvideo");
}

bool can_hold(const Container& container, AVCodecID codec, const SampleFormat& format) {
  if (codec == AV_CODEC_ID_RAWVIDEO) return among(container.raw, format.name);
  if (container.rule == CodecRule::listed) return among(container.codecs, codec);
  // Others take it for a still picture.
  if (codec == AV_CODEC_ID_GIF) return false;
  const AVOutputFormat* muxer =
      av_guess_format(std::string(container.muxer).c_str(), nullptr, nullptr);
  if (muxer == nullptr) return false;
  if (container.rule == CodecRule::tagged) return av_codec_get_tag(muxer->codec_tag, codec) != 0;
  return avformat_query_codec(muxer, codec, FF_COMPLIANCE_NORMAL) == 1 &&
         ask_muxer(container, codec).takes;
}

bool can_hold_sound(const Container& container, AVCodecID codec) noexcept {
  return among(container.sounds, codec);
}

std::vector<std::string> holders(AVCodecID codec, const SampleFormat& format, bool pipes_only) {
  std::vector<std::string> names;
  for (const Container& c : table)
    if ((c.pipe || !pipes_only) && can_hold(c, codec, format)) names.emplace_back(c.name);
  return names;
}

bool tells_end(const Container& container) noexcept {
  return container.layout == Layout::fragments || !container.last_duration_option.empty();
}

std::int64_t longest_slots(const Container& container, const Rational& fps) {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  if (!container.has_times()) return 1;
  if (container.longest_ticks == 0) return any;
  const AVRational slot{static_cast<int>(fps.den), static_cast<int>(fps.num)};
  return av_rescale_q_rnd(container.longest_ticks, time_base(container, slot), slot, AV_ROUND_DOWN);
}

AVRational time_base(const Container& container, AVRational unit) {
  if (container.ticks != 0) return {1, container.ticks};
  // Players round to a movie's ticks here and there, so these are not made too coarse.
  std::int64_t ticks = unit.den;
  while (ticks < 10000) ticks *= 2;
  return {1, static_cast<int>(ticks)};
}

std::vector<std::string> container_names(bool pipes_only) {
  std::vector<std::string> names;
  for (const Container& c : table)
    if (c.pipe || !pipes_only) names.emplace_back(c.name);
  return names;
}

std::string ending_for_format(const std::string& format) {
  const Container* container = container_by_name(format);
  if (container == nullptr) return format;
  const bool is_ending = container->name != format && among(container->endings, format);
  return is_ending ? format : std::string(container->endings.front());
}

std::string usual_file_ending() {
  return std::string(table.front().endings.front());
}

}  // namespace rustcam
