#include "report.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace nvenc {
namespace {

using Json = nlohmann::ordered_json;

struct State {
  std::mutex mutex;
  std::map<std::string, std::int64_t> violations;
  std::array<std::int64_t, 4> live{};
  std::vector<std::shared_ptr<const SessionReport>> sessions;
};

/// Never destroyed: what else runs at the end of the process may still tell something.
State& state() {
  static State& it = *new State;
  return it;
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json described(const SessionReport& s) {
  return {{"codec", s.codec},
          {"preset", s.preset},
          {"tuning", s.tuning},
          {"profile", s.profile},
          {"rate_control", s.rate_control},
          {"cq", or_null(s.cq)},
          {"qp", or_null(s.qp)},
          {"bitrate", s.bitrate},
          {"max_bitrate", s.max_bitrate},
          {"gop", or_null(s.gop)},
          {"b_frames", s.b_frames},
          {"lookahead", s.lookahead},
          {"zero_latency", s.zero_latency},
          {"width", s.width},
          {"height", s.height},
          {"fps_num", s.fps_num},
          {"fps_den", s.fps_den},
          {"matrix", s.matrix},
          {"full_range", s.full_range},
          {"input", or_null(s.input)},
          {"format", or_null(s.format)},
          {"frames", s.frames},
          {"packets", s.packets},
          {"reconfigured", s.reconfigured}};
}

std::string text_of(const State& s) {
  Json document;
  document["violations"] = s.violations;
  document["leaks"] = {{"sessions", s.live[0]},
                       {"buffers", s.live[1]},
                       {"resources", s.live[2]},
                       {"contexts", s.live[3]}};
  document["sessions"] = Json::array();
  for (const auto& session : s.sessions) document["sessions"].push_back(described(*session));
  return document.dump(2) + "\n";
}

void write(const State& s) {
  const char* path = std::getenv("RUSTCAM_NVENC_REPORT");
  if (path == nullptr || *path == '\0') return;
  const std::string text = text_of(s);
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

void write_at_the_end() {
  // On Windows a thread may have been ended while it held the lock.
  if (!state().mutex.try_lock()) return;
  write(state());
  state().mutex.unlock();
}

[[maybe_unused]] const int at_the_end = std::atexit(&write_at_the_end);

}  // namespace

void violation(const std::string& what) {
  const std::lock_guard lock(state().mutex);
  ++state().violations[what];
}

void live(Kind kind, int by) {
  const std::lock_guard lock(state().mutex);
  state().live[static_cast<std::size_t>(kind)] += by;
}

void add_session(std::shared_ptr<const SessionReport> session) {
  const std::lock_guard lock(state().mutex);
  state().sessions.push_back(std::move(session));
}

void write_report() {
  const std::lock_guard lock(state().mutex);
  write(state());
}

}  // namespace nvenc
