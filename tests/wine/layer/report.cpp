#include "report.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace layer {

void Report::violation(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++violations_[what];
}

void Report::count(const std::string& what, std::int64_t by) {
  const std::lock_guard lock(mutex_);
  counts_[what] += by;
}

void Report::held(double microseconds) {
  const std::lock_guard lock(mutex_);
  held_us_.push_back(microseconds);
}

void Report::cpu_copied(const std::string& way, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  Copies& copies = copies_[way];
  ++copies.calls;
  copies.bytes += bytes;
}

void Report::captured(double wall_s, double cpu_s) {
  const std::lock_guard lock(mutex_);
  captured_wall_s_ += wall_s;
  captured_cpu_s_ += cpu_s;
}

void Report::drew(double seconds) {
  const std::lock_guard lock(mutex_);
  drawn_s_ += seconds;
}

void Report::created_duplication() {
  const std::lock_guard lock(mutex_);
  ++live_duplications_;
  ++counts_["duplications"];
}

void Report::destroyed_duplication() {
  const std::lock_guard lock(mutex_);
  --live_duplications_;
}

void Report::leaked_texture() {
  const std::lock_guard lock(mutex_);
  ++leaked_textures_;
}

std::string Report::json() const {
  const std::lock_guard lock(mutex_);
  nlohmann::ordered_json document;
  document["violations"] = violations_;
  document["counts"] = counts_;
  document["leaks"] = {{"duplications", live_duplications_}, {"textures", leaked_textures_}};
  for (const auto& [way, copies] : copies_)
    document["cpu_copies"][way] = {{"calls", copies.calls}, {"bytes", copies.bytes}};
  document["capture"] = {
      {"wall_s", captured_wall_s_}, {"cpu_s", captured_cpu_s_}, {"drawing_s", drawn_s_}};
  document["held_us"] = nullptr;
  if (!held_us_.empty()) {
    std::vector<double> sorted = held_us_;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
      return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    document["held_us"] = {{"p50", at(0.5)}, {"p99", at(0.99)}, {"max", sorted.back()}};
  }
  return document.dump(2);
}

}  // namespace layer
