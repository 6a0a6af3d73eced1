#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "support.h"
#include "support/three_tracks.h"

using namespace rustcam;
using namespace rustcam::media_test;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

struct CloseInput {
  void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
};

/// What a reader gets back, by streams, in the file's own time bases.
std::vector<GivenStream> read_back(const std::string& path) {
  AVFormatContext* opened = nullptr;
  REQUIRE(avformat_open_input(&opened, path.c_str(), nullptr, nullptr) == 0);
  const std::unique_ptr<AVFormatContext, CloseInput> format(opened);
  REQUIRE(avformat_find_stream_info(format.get(), nullptr) >= 0);
  std::vector<GivenStream> streams;
  for (unsigned i = 0; i < format->nb_streams; ++i) {
    const AVStream& s = *format->streams[i];
    streams.push_back({s.time_base, s.codecpar->codec_id, {}, s.duration});
  }
  const PacketPtr packet = make_packet();
  while (av_read_frame(format.get(), packet.get()) >= 0) {
    streams.at(static_cast<std::size_t>(packet->stream_index))
        .packets.push_back({packet->pts,
                            packet->dts,
                            packet->duration,
                            {packet->data, packet->data + packet->size}});
    av_packet_unref(packet.get());
  }
  return streams;
}

/// MP4 and Matroska hold H.264 with the length of each unit before it, encoders part units by start
/// codes.
std::vector<std::uint8_t> with_lengths(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint8_t> out;
  const auto start_code = [&](std::size_t from) {
    for (std::size_t i = from; i + 3 <= bytes.size(); ++i)
      if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) return i;
    return bytes.size();
  };
  for (std::size_t at = start_code(0); at < bytes.size();) {
    const std::size_t begin = at + 3;
    at = start_code(begin);
    std::size_t end = at;
    while (end > begin && bytes[end - 1] == 0) --end;  // a longer start code's, or padding
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>((end - begin) >> shift & 0xff));
    out.insert(out.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin),
               bytes.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

/// Everything that was given came back. In an ordinary MP4 each packet is at its exact time.
/// Elsewhere times are as fine as the container has them, and all may be later by what the earliest
/// packet lies before 0.
void check_same(const std::vector<GivenStream>& given, const std::vector<GivenStream>& read,
                bool exact, bool ends_exactly) {
  REQUIRE(read.size() == given.size());
  REQUIRE(!read[0].packets.empty());
  const AVRational base = read[0].time_base;
  const Ticks later = read[0].packets[0].pts;
  CHECK(given[0].packets[0].pts == 0);
  CHECK(later >= 0);
  CHECK(later <= (exact ? 0 : base.den / 20));
  for (std::size_t i = 0; i < given.size(); ++i) {
    CAPTURE(i);
    const GivenStream& g = given[i];
    const GivenStream& r = read[i];
    CHECK(r.codec == g.codec);
    REQUIRE(r.packets.size() == g.packets.size());
    REQUIRE(!g.packets.empty());
    const auto to_file = [&](Ticks t) { return av_rescale_q(t, g.time_base, r.time_base); };
    for (std::size_t n = 0; n < g.packets.size(); ++n) {
      CAPTURE(n);
      const Given& a = g.packets[n];
      const Given& b = r.packets[n];
      const bool last = n + 1 == g.packets.size();
      CHECK(b.bytes == (g.codec == AV_CODEC_ID_H264 ? with_lengths(a.bytes) : a.bytes));
      CHECK(std::abs(b.pts - to_file(a.pts) - av_rescale_q(later, base, r.time_base)) <=
            (exact ? 0 : 1));
      if (!exact) continue;
      CHECK(b.dts == to_file(a.dts));
      if (!last) CHECK(b.duration == to_file(g.packets[n + 1].dts) - to_file(a.dts));
    }
    const Ticks first_shown = std::max<Ticks>(g.packets[0].pts, 0);
    if (ends_exactly) CHECK(r.end == to_file(g.end) - to_file(first_shown));
  }
}

std::vector<GivenStream> write_file(const std::string& path, int slots,
                                    std::optional<Duration> fragment, Ticks tone_start = 0) {
  ThreeTracks tracks(path, tone_start);
  Muxer muxer({*container_by_ending(path), fragment}, tracks.streams(), File::create(path, true));
  NotingSink noting(muxer, tracks.streams());
  tracks.write(noting, slots);
  return noting.streams();
}

}  // namespace

TEST_CASE("two videos of different rates and a sound come back exactly") {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"})
    for (const std::optional<Duration> fragment : {std::optional<Duration>(1s), {}}) {
      CAPTURE(std::string(name));
      CAPTURE(fragment.has_value());
      const TempFolder folder;
      const std::string path = folder / name;
      const auto given = write_file(path, 150, fragment);
      CHECK(given[0].packets.size() == 150);
      CHECK(given[1].packets.size() == 60);
      CHECK(given[2].packets.front().pts < 0);
      const bool exact = !path.ends_with(".mkv");
      check_same(given, read_back(path), exact, exact && fragment);
      CHECK(run("ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 '" +
                path + "'")
                .starts_with("150\n60\n"));
    }
}

TEST_CASE("a stream that begins late is late by as much in the file") {
  for (const char* name : {"a.mp4", "a.mkv"})
    for (const std::optional<Duration> fragment : {std::optional<Duration>(500ms), {}}) {
      CAPTURE(std::string(name));
      CAPTURE(fragment.has_value());
      const TempFolder folder;
      const std::string path = folder / name;
      constexpr Ticks start = 30000;
      const auto given = write_file(path, 90, fragment, start);
      CHECK(given[2].packets.front().pts == start - 1024);
      const bool exact = path.ends_with(".mp4");
      check_same(given, read_back(path), exact, exact && fragment);
    }
}

TEST_CASE("a track counts what it handed on") {
  const TempFolder folder;
  const std::string path = folder / "a.mkv";
  ThreeTracks tracks(path);
  Muxer muxer({*container_by_ending(path), 1s}, tracks.streams(), File::create(path, true));
  NotingSink noting(muxer, tracks.streams());
  tracks.write(noting, 90);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const GivenStream& given = noting.streams()[i];
    const TrackTotals& totals = tracks.video(i).totals();
    std::int64_t bytes = 0;
    for (const Given& g : given.packets) bytes += static_cast<std::int64_t>(g.bytes.size());
    CHECK(totals.samples == static_cast<std::int64_t>(given.packets.size()));
    CHECK(totals.bytes == bytes);
    CHECK(totals.end == given.end);
  }
  CHECK(tracks.video(0).totals().end == 90);
  CHECK(tracks.video(1).totals().end == 36);
}

TEST_CASE("several streams go down a pipe together") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv"}) {
    CAPTURE(std::string(name));
    const std::string path = folder / name;
    const std::string copy = folder / (std::string("copy-") + name);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::vector<GivenStream> given;
    {
      const std::jthread reader([&] { run("cat '" + path + "' > '" + copy + "'"); });
      for (bool opened = false; !opened;) try {
          given = write_file(path, 90, 1s);
          opened = true;
        } catch (const NoReader&) {
          std::this_thread::sleep_for(10ms);
        }
    }
    check_same(given, read_back(copy), false, false);
  }
}
