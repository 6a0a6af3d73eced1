#include "measure/tally.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

namespace rustcam {

namespace {

double percent(std::size_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void tally_fingerprints(std::span<const Sample> samples, Tally& into) {
  std::set<Fingerprint> distinct;
  std::size_t taken = 0;
  std::size_t pairs = 0;
  std::size_t changed = 0;
  const Sample* before = nullptr;
  for (const Sample& sample : samples) {
    if (sample.fingerprint) {
      ++taken;
      distinct.insert(*sample.fingerprint);
    }
    if (before != nullptr && before->fingerprint && sample.fingerprint) {
      ++pairs;
      if (*before->fingerprint != *sample.fingerprint) ++changed;
    }
    before = &sample;
  }
  if (taken > 0) {
    into.fingerprinted_pct = percent(taken, samples.size());
    into.unique_fps =
        into.valid_fps * static_cast<double>(distinct.size()) / static_cast<double>(taken);
  }
  if (pairs > 0) into.changed_pct = percent(changed, pairs);
}

void tally_counters(std::span<const Sample> samples, Tally& into) {
  CounterTally counters;
  // A frame whose number is new was presented when it says so; one that is repeated was not.
  const Sample* first_new = nullptr;
  const Sample* last_new = nullptr;
  std::int64_t presented_before = 0;
  std::optional<std::uint32_t> before;
  std::size_t read = 0;
  for (const Sample& sample : samples) {
    if (!sample.counter) {
      counters.add_unread();
      continue;
    }
    ++read;
    counters.add(*sample.counter);
    if (before && sample.counter != before) {
      if (first_new == nullptr) {
        first_new = &sample;
        presented_before = counters.presented();
      }
      last_new = &sample;
    }
    before = sample.counter;
  }
  if (!samples.empty()) into.counted_pct = percent(read, samples.size());
  into.missed_pct = counters.missed_pct();
  if (last_new != nullptr && last_new->presented > first_new->presented)
    into.presented_fps = static_cast<double>(counters.presented() - presented_before) /
                         to_s(last_new->presented - first_new->presented);
}

}  // namespace

Tally tally(std::span<const Sample> samples, Duration duration) {
  Tally result;
  result.valid_fps = static_cast<double>(samples.size()) / to_s(duration);
  tally_fingerprints(samples, result);
  tally_counters(samples, result);

  std::vector<Duration> calls;
  std::vector<Duration> latencies;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    calls.push_back(samples[i].returned - samples[i].begun);
    latencies.push_back(samples[i].returned - samples[i].presented);
    if (i > 0) result.intervals.push_back(samples[i].returned - samples[i - 1].returned);
  }
  result.grab_us = percentiles(calls);
  result.latency_us = percentiles(latencies);
  result.interval_us = percentiles(result.intervals);
  return result;
}

void CounterTally::add(std::uint32_t counter) noexcept {
  if (last_) {
    // The counter may pass 2^32; a step of more than half of that is one backwards.
    const auto step = static_cast<std::int32_t>(counter - *last_);
    if (step > 0) {
      presented_ += step;
      if (!gap_) {
        judged_ += step;
        ++captured_;
      }
    }
  }
  last_ = counter;
  gap_ = false;
}

std::optional<double> CounterTally::missed_pct() const noexcept {
  if (judged_ == 0) return std::nullopt;
  return 100.0 * static_cast<double>(judged_ - captured_) / static_cast<double>(judged_);
}

std::optional<Percentiles> percentiles(std::vector<Duration>& durations) {
  if (durations.empty()) return std::nullopt;
  std::sort(durations.begin(), durations.end());
  const auto at = [&](double part) {
    const auto rank = std::ceil(part * static_cast<double>(durations.size()));
    return to_us(durations[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
  };
  return Percentiles{at(0.5), at(0.99), to_us(durations.back())};
}

}  // namespace rustcam
