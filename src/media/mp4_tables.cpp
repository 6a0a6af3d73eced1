#include "media/mp4_tables.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rustcam::mp4 {
namespace {

/// Run-length coding, as most of the tables have it.
template <typename Value>
void write_runs(Writer& w, const Track& track, Value&& value) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
  for (const Sample& s : track.samples) {
    const auto v = static_cast<std::uint32_t>(value(s));
    if (runs.empty() || runs.back().second != v) runs.emplace_back(0, v);
    ++runs.back().first;
  }
  w.u32(runs.size());
  for (const auto& [count, v] : runs) {
    w.u32(count);
    w.u32(v);
  }
}

void write_sync_samples(Writer& w, const Track& track) {
  const bool all = std::all_of(track.samples.begin(), track.samples.end(),
                               [](const Sample& s) { return s.sync; });
  if (all) return;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < track.samples.size(); ++i)
    if (track.samples[i].sync) numbers.push_back(i + 1);
  w.begin_full("stss", 0);
  w.u32(numbers.size());
  for (const std::size_t n : numbers) w.u32(n);
  w.end();
}

/// `counts`: samples of each chunk.
void write_chunks(Writer& w, const Track& track, const std::vector<std::uint64_t>& counts) {
  std::vector<std::pair<std::size_t, std::uint64_t>> runs;  // first chunk, samples in each
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (runs.empty() || runs.back().second != counts[i]) runs.emplace_back(i + 1, counts[i]);
  w.begin_full("stsc", 0);
  w.u32(runs.size());
  for (const auto& [first, samples] : runs) {
    w.u32(first);
    w.u32(samples);
    w.u32(1);
  }
  w.end();
  w.begin_full("co64", 0);
  w.u32(track.chunks.size());
  for (const Chunk& c : track.chunks) w.u64(c.offset);
  w.end();
}

bool is_pcm(Bytes stsd) {
  Reader r(stsd);
  r.skip(12);  // version, flags, the number of descriptions, the size of the first
  const std::uint32_t format = r.u32();
  constexpr std::array pcm{four_cc("sowt"), four_cc("twos"), four_cc("in24"),
                           four_cc("in32"), four_cc("fl32"), four_cc("fl64"),
                           four_cc("lpcm"), four_cc("ipcm"), four_cc("fpcm")};
  return std::find(pcm.begin(), pcm.end(), format) != pcm.end();
}

/// The tables of PCM: a fragment's sample is a packet, here it is one value of each channel.
void write_moments(Writer& w, const Track& track) {
  const Sample& first = track.samples.front();
  const std::uint32_t bytes = first.size / std::max<std::uint32_t>(first.duration, 1);
  if (bytes == 0) throw MediaError("the MP4 file has PCM of no size");
  std::vector<std::uint64_t> counts;
  std::uint64_t all = 0;
  auto sample = track.samples.begin();
  for (const Chunk& c : track.chunks) {
    std::uint64_t count = 0;
    for (std::uint32_t i = 0; i < c.samples; ++i) count += (sample++)->size / bytes;
    counts.push_back(count);
    all += count;
  }
  w.begin_full("stts", 0);
  w.u32(1);
  w.u32(all);
  w.u32(1);
  w.end();
  w.begin_full("stsz", 0);
  w.u32(bytes);
  w.u32(all);
  w.end();
  write_chunks(w, track, counts);
}

}  // namespace

void write_sample_tables(Writer& w, Bytes stbl, const Track& track) {
  w.begin("stbl");
  const auto stsd = find(stbl, "stsd");
  if (!stsd) throw MediaError("the head of the MP4 file has a track without a description");
  w.bytes(stsd->whole);
  if (is_pcm(stsd->content)) {
    write_moments(w, track);
    w.end();
    return;
  }
  w.begin_full("stts", 0);
  write_runs(w, track, [](const Sample& s) { return s.duration; });
  w.end();
  write_sync_samples(w, track);
  if (std::any_of(track.samples.begin(), track.samples.end(),
                  [](const Sample& s) { return s.composition_offset != 0; })) {
    w.begin_full("ctts", 1);
    write_runs(w, track, [](const Sample& s) { return s.composition_offset; });
    w.end();
  }
  w.begin_full("stsz", 0);
  w.u32(0);
  w.u32(track.samples.size());
  for (const Sample& s : track.samples) w.u32(s.size);
  w.end();
  std::vector<std::uint64_t> counts;
  for (const Chunk& c : track.chunks) counts.push_back(c.samples);
  write_chunks(w, track, counts);
  w.end();
}

}  // namespace rustcam::mp4
