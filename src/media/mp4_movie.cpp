#include "media/mp4_movie.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "base/error.h"
#include "media/mp4_tables.h"

namespace rustcam::mp4 {
namespace {

/// Copies `mvhd`, `tkhd` or `mdhd` with 64-bit times, `between` bytes of other fields lying between
/// the time of change and the duration (a time scale or a track number among them).
void write_header(Writer& w, const char* name, Bytes content, std::size_t between,
                  std::uint64_t duration) {
  Reader r(content);
  const std::uint32_t version_and_flags = r.u32();
  const bool wide = version_and_flags >> 24 == 1;
  const std::uint64_t created = wide ? r.u64() : r.u32();
  const std::uint64_t changed = wide ? r.u64() : r.u32();
  const Bytes kept = r.take(between);
  r.skip(wide ? 8 : 4);
  w.begin_full(name, 1, version_and_flags & 0xffffff);
  w.u64(created);
  w.u64(changed);
  w.bytes(kept);
  w.u64(duration);
  w.bytes(r.take(r.left()));
  w.end();
}

std::uint32_t time_scale(Bytes header_content) {
  Reader r(header_content);
  const bool wide = r.u32() >> 24 == 1;
  r.skip(wide ? 16 : 8);
  return r.u32();
}

struct Times {
  std::uint64_t media = 0;        ///< what the samples last, track's ticks
  std::uint64_t first_shown = 0;  ///< what is skipped of them, track's ticks
  std::uint64_t delay = 0;        ///< before anything of the track is shown, movie's ticks
  std::uint64_t end = 0;          ///< of what is shown, movie's ticks

  bool need_edit_list() const noexcept { return first_shown > 0 || delay > 0; }
};

void write_edit(Writer& w, std::uint64_t duration, std::uint64_t from) {
  constexpr std::uint32_t normal_speed = 0x10000;
  w.u64(duration);
  w.u64(from);
  w.u32(normal_speed);
}

void write_edit_list(Writer& w, const Times& times) {
  constexpr std::uint64_t nothing = std::numeric_limits<std::uint64_t>::max();
  w.begin("edts");
  w.begin_full("elst", 1);
  w.u32(times.delay > 0 ? 2 : 1);
  if (times.delay > 0) write_edit(w, times.delay, nothing);
  write_edit(w, times.end - times.delay, times.first_shown);
  w.end();
  w.end();
}

void write_media(Writer& w, Bytes mdia, const Track& track, const Times& times) {
  w.begin("mdia");
  for (const Box& box : boxes(mdia)) {
    if (box.type == four_cc("mdhd")) {
      write_header(w, "mdhd", box.content, 4, times.media);
    } else if (box.type == four_cc("minf")) {
      w.begin("minf");
      for (const Box& inner : boxes(box.content)) {
        if (inner.type == four_cc("stbl"))
          write_sample_tables(w, inner.content, track);
        else
          w.bytes(inner.whole);
      }
      w.end();
    } else {
      w.bytes(box.whole);
    }
  }
  w.end();
}

void write_track(Writer& w, Bytes trak, const Track& track, const Times& times) {
  w.begin("trak");
  for (const Box& box : boxes(trak)) {
    if (box.type == four_cc("tkhd")) {
      write_header(w, "tkhd", box.content, 8, times.end);
      if (times.need_edit_list()) write_edit_list(w, times);
    } else if (box.type == four_cc("mdia")) {
      write_media(w, box.content, track, times);
    } else if (box.type != four_cc("edts")) {
      w.bytes(box.whole);
    }
  }
  w.end();
}

std::uint32_t track_id(Bytes trak) {
  const auto tkhd = find(trak, "tkhd");
  if (!tkhd) return 0;
  Reader r(tkhd->content);
  const bool wide = r.u32() >> 24 == 1;
  r.skip(wide ? 16 : 8);
  return r.u32();
}

/// Gives the last sample the duration that makes the track end where `span` does.
Times close_track(Track& track, const Span& span, std::uint32_t scale, std::uint32_t movie_scale) {
  const auto to_movie = [&](std::uint64_t ticks) {
    return ticks / scale * movie_scale + ticks % scale * movie_scale / scale;
  };
  Times t;
  const std::int32_t offset = track.samples.front().composition_offset;
  const std::uint64_t first_shown =
      track.first_time + (offset > 0 ? static_cast<std::uint64_t>(offset) : 0);
  const std::uint64_t begin = std::max(first_shown, span.zero);  // of what is shown
  t.first_shown = begin - track.first_time;
  t.delay = to_movie(begin - span.zero);
  t.end = std::max({to_movie(span.end), t.delay, std::uint64_t{1}});

  const std::uint64_t before_last = track.last_time - track.first_time;
  Sample& last = track.samples.back();
  // Decoding lasts as long as showing.
  if (span.zero + span.end > first_shown + before_last)
    last.duration = static_cast<std::uint32_t>(span.zero + span.end - first_shown - before_last);
  t.media = before_last + last.duration;
  return t;
}

/// A length of 0 stands for whatever the fragments hold.
void write_open_track(Writer& w, Bytes trak, std::uint64_t zero) {
  w.begin("trak");
  for (const Box& box : boxes(trak)) {
    if (box.type == four_cc("edts")) continue;
    w.bytes(box.whole);
    if (box.type != four_cc("tkhd")) continue;
    w.begin("edts");
    w.begin_full("elst", 1);
    w.u32(1);
    write_edit(w, 0, zero);
    w.end();
    w.end();
  }
  w.end();
}

}  // namespace

void write_with_edit_lists(Writer& w, Bytes moov, std::span<const std::uint64_t> zeros) {
  std::size_t number = 0;
  w.begin("moov");
  for (const Box& box : boxes(moov)) {
    const bool track = box.type == four_cc("trak");
    if (track && number == zeros.size())
      throw MediaError("the head of the MP4 file has too many tracks");
    if (track && zeros[number] > 0)
      write_open_track(w, box.content, zeros[number]);
    else
      w.bytes(box.whole);
    if (track) ++number;
  }
  w.end();
}

std::vector<std::byte> movie_box(Bytes initial, const SampleTable& table,
                                 std::span<const Span> spans) {
  const auto moov = find(initial, "moov");
  const auto mvhd = moov ? find(moov->content, "mvhd") : std::nullopt;
  if (!mvhd) throw MediaError("the head of the MP4 file has no movie");
  const std::uint32_t movie_scale = time_scale(mvhd->content);

  Writer tracks;
  std::uint64_t longest = 0;
  std::size_t number = 0;
  for (const Box& box : boxes(moov->content)) {
    if (box.type != four_cc("trak")) continue;
    if (number == spans.size()) throw MediaError("the head of the MP4 file has too many tracks");
    const Span& span = spans[number++];
    for (Track track : table.tracks()) {
      if (track.id != track_id(box.content) || track.samples.empty()) continue;
      const auto mdia = find(box.content, "mdia");
      const auto mdhd = mdia ? find(mdia->content, "mdhd") : std::nullopt;
      if (!mdhd) throw MediaError("the head of the MP4 file has a track without times");
      const Times times = close_track(track, span, time_scale(mdhd->content), movie_scale);
      longest = std::max(longest, times.end);
      write_track(tracks, box.content, track, times);
    }
  }

  Writer w;
  w.begin("moov");
  write_header(w, "mvhd", mvhd->content, 4, longest);
  w.bytes(tracks.out());
  for (const Box& box : boxes(moov->content))
    if (box.type != four_cc("mvhd") && box.type != four_cc("trak") && box.type != four_cc("mvex"))
      w.bytes(box.whole);
  w.end();
  return w.out();
}

}  // namespace rustcam::mp4
