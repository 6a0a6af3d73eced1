#include "record/session_report.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "platform/wall_clock.h"

namespace rustcam {

namespace {

void fill_counts(RecordStatistics& s, const SlotTotals& totals) {
  s.slots = totals.slots;
  s.samples = totals.samples;
  s.fresh = totals.fresh;
  s.repeated = totals.repeated;
  s.late = totals.late;
  s.pointer_only = totals.pointer_only;
  s.unencoded = totals.unencoded;
  s.protected_slots = totals.protected_slots;
  s.latency_us = totals.latency.percentiles();
  s.encode_us = totals.encode.percentiles();
}

void fill_rates(RecordStatistics& s, const SlotTotals& totals, Duration period) {
  s.duration_s = static_cast<double>(s.slots) / s.fps_target.value();
  if (s.slots == 0) return;
  s.fps_fresh = static_cast<double>(s.fresh) / s.duration_s;
  s.fps_achieved = totals.achieved_fps(from_s(s.duration_s), period);
}

}  // namespace

RecordStatistics session_report(const SessionParts& parts) {
  RecordStatistics s;
  s.backend = parts.options.selection.backend->name();
  s.output = parts.opened.target;
  s.region = parts.opened.region;
  s.t0 = parts.schedule.t0();
  s.started_at = iso8601_utc(s.t0);
  s.fps_target = parts.options.plan.fps;
  fill_counts(s, parts.encode.totals());
  fill_rates(s, parts.encode.totals(), parts.schedule.period());

  const SlotCapture::Report& captured = parts.captured;
  s.pacing_us = captured.pacing.percentiles();
  s.coalesced = captured.coalesced;
  s.traffic = {captured.bytes_read, captured.bytes_copied, parts.segments.bytes_converted()};
  s.recoveries = captured.recoveries;
  s.dropped = parts.slots.dropped();
  s.phase_us = to_us(parts.schedule.phase());

  s.picture = parts.segments.picture_size();
  s.encoded = parts.segments.encoded_size();
  s.encoder = parts.segments.encoder();
  s.files = parts.segments.files();

  const std::vector<AudioTrackReport> tracks = parts.segments.audio();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    s.sounds.push_back({parts.options.sounds[i].text, parts.sounds.statistics()[i], tracks[i]});

  s.ended_by = parts.ending.reason().value_or(EndedBy::error);
  s.error = parts.ending.error();
  // What the limit left out would have been recorded.
  if (parts.encode.size_reached() &&
      (s.ended_by == EndedBy::duration || s.ended_by == EndedBy::frames))
    s.ended_by = EndedBy::size;
  // A file that could not be finished outweighs whatever ended the recording.
  if (const auto& failure = parts.encode.failure()) {
    s.ended_by = failure->kind;
    s.error = failure->text;
  }
  return s;
}

}  // namespace rustcam
