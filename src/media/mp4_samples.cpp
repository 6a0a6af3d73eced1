#include "media/mp4_samples.h"

#include <cstddef>

#include "base/error.h"

namespace rustcam::mp4 {
namespace {

// Flags of `tfhd` and `trun` (14496-12, 8.8.7 and 8.8.8).
constexpr std::uint32_t tfhd_base_offset = 0x1;
constexpr std::uint32_t tfhd_description = 0x2;
constexpr std::uint32_t tfhd_duration = 0x8;
constexpr std::uint32_t tfhd_size = 0x10;
constexpr std::uint32_t tfhd_flags = 0x20;
constexpr std::uint32_t trun_data_offset = 0x1;
constexpr std::uint32_t trun_first_flags = 0x4;
constexpr std::uint32_t trun_duration = 0x100;
constexpr std::uint32_t trun_size = 0x200;
constexpr std::uint32_t trun_flags = 0x400;
constexpr std::uint32_t trun_composition = 0x800;
constexpr std::uint32_t sample_is_not_sync = 0x10000;
constexpr std::uint32_t flags_mask = 0xffffff;

struct Defaults {
  std::uint32_t track = 0;
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  std::uint64_t base = 0;
};

Defaults read_header(Bytes tfhd, std::uint64_t moof_offset) {
  Reader r(tfhd);
  const std::uint32_t flags = r.u32() & flags_mask;
  Defaults d;
  d.track = r.u32();
  d.base = (flags & tfhd_base_offset) != 0 ? r.u64() : moof_offset;
  if ((flags & tfhd_description) != 0) r.u32();
  if ((flags & tfhd_duration) != 0) d.duration = r.u32();
  if ((flags & tfhd_size) != 0) d.size = r.u32();
  if ((flags & tfhd_flags) != 0) d.flags = r.u32();
  return d;
}

std::uint64_t read_time(Bytes tfdt) {
  Reader r(tfdt);
  return r.u32() >> 24 == 1 ? r.u64() : r.u32();
}

/// Appends one run to `track`; `time` is its first decoding time and moves on.
void add_run(Bytes trun, const Defaults& d, Track& track, std::uint64_t& time) {
  Reader r(trun);
  const std::uint32_t flags = r.u32() & flags_mask;
  const std::uint32_t count = r.u32();
  if ((flags & trun_data_offset) == 0)
    throw MediaError("an MP4 fragment does not say where its data is");
  Chunk chunk{d.base + r.u32(), count};
  std::uint32_t first_flags = d.flags;
  if ((flags & trun_first_flags) != 0) first_flags = r.u32();
  for (std::uint32_t i = 0; i < count; ++i) {
    Sample s;
    s.duration = (flags & trun_duration) != 0 ? r.u32() : d.duration;
    s.size = (flags & trun_size) != 0 ? r.u32() : d.size;
    const std::uint32_t sample_flags =
        (flags & trun_flags) != 0 ? r.u32() : (i == 0 ? first_flags : d.flags);
    s.sync = (sample_flags & sample_is_not_sync) == 0;
    if ((flags & trun_composition) != 0) s.composition_offset = static_cast<std::int32_t>(r.u32());
    track.samples.push_back(s);
    track.last_time = time;
    time += s.duration;
  }
  if (count > 0) track.chunks.push_back(chunk);
}

}  // namespace

Track& SampleTable::track(std::uint32_t id) {
  for (Track& t : tracks_)
    if (t.id == id) return t;
  tracks_.push_back({});
  tracks_.back().id = id;
  return tracks_.back();
}

std::size_t SampleTable::count() const noexcept {
  std::size_t n = 0;
  for (const Track& t : tracks_) n += t.samples.size();
  return n;
}

void SampleTable::add(Bytes fragments, std::int64_t offset) {
  for (const Box& box : boxes(fragments)) {
    if (box.type != four_cc("moof")) continue;
    const auto moof_offset =
        static_cast<std::uint64_t>(offset + (box.whole.data() - fragments.data()));
    for (const Box& traf : boxes(box.content))
      if (traf.type == four_cc("traf")) add_track_fragment(traf.content, moof_offset);
  }
}

void SampleTable::add_track_fragment(Bytes traf, std::uint64_t moof_offset) {
  const auto tfhd = find(traf, "tfhd");
  const auto tfdt = find(traf, "tfdt");
  if (!tfhd || !tfdt) throw MediaError("an MP4 fragment lacks its header");
  const Defaults d = read_header(tfhd->content, moof_offset);
  std::uint64_t time = read_time(tfdt->content);
  Track& t = track(d.track);
  if (t.samples.empty())
    t.first_time = time;
  else if (time > t.last_time)
    // The muxer had to guess how long the last sample of a fragment lasts; now it is known.
    t.samples.back().duration = static_cast<std::uint32_t>(time - t.last_time);
  for (const Box& box : boxes(traf))
    if (box.type == four_cc("trun")) add_run(box.content, d, t, time);
}

}  // namespace rustcam::mp4
