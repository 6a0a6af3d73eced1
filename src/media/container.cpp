#include "media/container.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "base/error.h"
#include "media/names.h"

namespace rustcam {
namespace {

using Names = std::span<const std::string_view>;

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

constexpr std::array<Container, 9> table{{
    {"mp4", "mp4", mp4_endings, {}, Ticks::exact, true, true},
    {"mov", "mov", mov_endings, {}, Ticks::exact, false, true},
    {"matroska", "matroska", mkv_endings, mkv_endings, Ticks::milliseconds, true, false},
    {"webm", "webm", webm_endings, {}, Ticks::milliseconds, true, false},
    {"gif", "gif", gif_endings, {}, Ticks::centiseconds, false, false},
    {"nut", "nut", nut_endings, {}, Ticks::exact, true, false},
    {"mpegts", "mpegts", ts_endings, ts_endings, Ticks::mpeg, true, false},
    {"rawvideo", "rawvideo", raw_endings, raw_endings, Ticks::none, true, false},
    {"y4m", "yuv4mpegpipe", y4m_endings, y4m_aliases, Ticks::none, true, false},
}};

bool among(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What each container's four characters for raw video can name; other bytes are refused, or come
/// back as another format. Found by reading such files back.
bool holds_raw(const Container& container, AVPixelFormat format) {
  if (container.name == "mov")
    return format == AV_PIX_FMT_BGRA || format == AV_PIX_FMT_RGBA || format == AV_PIX_FMT_RGB24;
  if (container.name == "matroska")
    return format == AV_PIX_FMT_RGBA || format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_NV12 ||
           format == AV_PIX_FMT_GRAY8;
  return container.name == "nut" || container.ticks == Ticks::none;
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
  const auto dot = path.find_last_of('.');
  const auto slash = path.find_last_of("/\\");
  if (dot == std::string_view::npos || (slash != std::string_view::npos && slash > dot))
    return nullptr;
  std::string ending(path.substr(dot + 1));
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Container& c : table)
    if (among(c.endings, ending)) return &c;
  return nullptr;
}

const Container& container_by_muxer(std::string_view muxer) {
  for (const Container& c : table)
    if (c.muxer == muxer) return c;
  throw UsageError("unknown container " + std::string(muxer));
}

bool can_hold(const Container& container, AVCodecID codec, AVPixelFormat format) {
  if (codec == AV_CODEC_ID_RAWVIDEO) return holds_raw(container, format);
  if (container.ticks == Ticks::none) return false;
  if (container.name == "gif") return codec == AV_CODEC_ID_GIF;
  if (codec == AV_CODEC_ID_GIF) return false;
  if (container.name == "mpegts")
    return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC ||
           codec == AV_CODEC_ID_MPEG1VIDEO || codec == AV_CODEC_ID_MPEG2VIDEO ||
           codec == AV_CODEC_ID_MPEG4;
  const AVOutputFormat* muxer =
      av_guess_format(std::string(container.muxer).c_str(), nullptr, nullptr);
  if (muxer == nullptr) return false;
  // NUT does not answer the question, and holds whatever has a four-character code.
  if (container.name == "nut") return av_codec_get_tag(muxer->codec_tag, codec) != 0;
  return avformat_query_codec(muxer, codec, FF_COMPLIANCE_NORMAL) == 1;
}

AVRational time_base(const Container& container, const Rational& fps) {
  switch (container.ticks) {
    case Ticks::milliseconds:
      return {1, 1000};
    case Ticks::mpeg:
      return {1, 90000};
    case Ticks::centiseconds:
      return {1, 100};
    default:
      break;
  }
  // Players round to a movie's ticks here and there, so these are not made too coarse.
  std::int64_t ticks = fps.num;
  while (ticks < 10000) ticks *= 2;
  return {1, static_cast<int>(ticks)};
}

std::vector<std::string> container_names(bool pipes_only) {
  std::vector<std::string> names;
  for (const Container& c : table)
    if (c.pipe || !pipes_only) names.emplace_back(c.name);
  return names;
}

}  // namespace rustcam
