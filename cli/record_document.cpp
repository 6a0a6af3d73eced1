#include "cli/record_document.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "cli/table.h"

namespace rustcam::cli {

namespace {

Json percentiles(const std::optional<Percentiles>& p) {
  if (!p) return {{"p50", nullptr}, {"p99", nullptr}, {"max", nullptr}};
  return {{"p50", p->p50}, {"p99", p->p99}, {"max", p->max}};
}

Json recovery(const Recovery& r, TimePoint t0) {
  return {{"at_s", to_s(r.at - t0)},
          {"error", or_null(r.error)},
          {"native_code", or_null(r.native_code)},
          {"took_ms", to_us(r.took) / 1000},
          {"width", r.size.width},
          {"height", r.size.height}};
}

Json encoder(const EncoderReport& report) {
  Json tried = Json::array();
  for (const EncoderReport::Tried& t : report.tried)
    tried.push_back({{"name", t.name}, {"error", t.error}});
  return {{"name", report.name},       {"hardware", report.hardware},
          {"tried", std::move(tried)}, {"preset", or_null(report.preset)},
          {"input", report.input},     {"lost_in_flight", report.lost_in_flight}};
}

Json milliseconds(const std::optional<Percentiles>& us) {
  if (!us) return percentiles(us);
  return {{"p50", us->p50 / 1000}, {"p99", us->p99 / 1000}, {"max", us->max / 1000}};
}

Json sound(const RecordStatistics::Sound& s) {
  return {{"source", s.source},
          {"device", or_null(s.recorded.device)},
          {"codec", s.track.codec},
          {"rate", s.track.rate},
          {"channels", s.track.channels},
          {"bitrate", or_null(s.track.bitrate)},
          {"duration_s", static_cast<double>(s.track.samples) / s.track.rate},
          {"silence_s", s.recorded.silence_s},
          {"drift_ppm", or_null(s.recorded.drift_ppm)},
          {"offset_ms", milliseconds(s.recorded.offset_us)},
          {"reconnects", s.recorded.reconnects}};
}

Json frames(const RecordStatistics& s) {
  return {{"slots", s.slots},
          {"fresh", s.fresh},
          {"repeated", s.repeated},
          {"late", s.late},
          {"dropped", s.dropped},
          {"coalesced", or_null(s.coalesced)},
          {"pointer_only", s.pointer_only},
          {"unencoded", s.unencoded},
          {"protected", s.protected_slots}};
}

}  // namespace

Json record_document(const RecordStatistics& s) {
  Json document = new_document("rustcam.record/1");
  add_warnings(document, s.warnings);
  document["backend"] = s.backend;
  document["output"] = describe(s.output);
  document["started_at"] = s.started_at;
  document["region"] = describe(s.region);
  document["width"] = s.picture.width;
  document["height"] = s.picture.height;
  document["fps"] = {
      {"target", s.fps_target.value()}, {"achieved", s.fps_achieved}, {"fresh", s.fps_fresh}};
  document["duration_s"] = s.duration_s;
  document["frames"] = frames(s);
  document["pacing_us"] = percentiles(s.pacing_us);
  document["latency_us"] = percentiles(s.latency_us);
  document["encoder"] = encoder(s.encoder);
  document["encode_us"] = percentiles(s.encode_us);
  document["encoded_width"] = s.encoded.width;
  document["encoded_height"] = s.encoded.height;
  document["files"] = Json::array();
  for (const OutputFile& f : s.files)
    document["files"].push_back(
        {{"path", f.path}, {"container", f.container}, {"bytes", f.bytes}, {"slots", f.slots}});
  document["recoveries"] = Json::array();
  for (const Recovery& r : s.recoveries) document["recoveries"].push_back(recovery(r, s.t0));
  document["audio"] = Json::array();
  for (const RecordStatistics::Sound& each : s.sounds) document["audio"].push_back(sound(each));
  document["cpu_s"] = s.cpu_s;
  document["peak_rss_bytes"] = s.peak_rss_bytes;
  document["ended_by"] = name(s.ended_by);
  document["error"] = or_null(s.error);
  return document;
}

std::string record_summary(const RecordStatistics& s) {
  std::string where;
  std::int64_t bytes = 0;
  for (const OutputFile& f : s.files) {
    where += (where.empty() ? "" : ", ") + (f.path == "-" ? "standard output" : printable(f.path));
    bytes += f.bytes;
  }
  std::array<char, 64> length{};
  std::snprintf(length.data(), length.size(), "%.3f s", s.duration_s);
  return where + ": " + length.data() + ", " + readable_bytes(bytes) + "\n" +
         std::to_string(s.samples) + " frames" +
         (s.samples == s.slots ? "" : " for " + std::to_string(s.slots) + " slots") + ": " +
         std::to_string(s.fresh) + " fresh, " + std::to_string(s.repeated) + " repeated, " +
         std::to_string(s.late) + " late\n";
}

}  // namespace rustcam::cli
