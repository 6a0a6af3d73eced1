#include "measure/tally.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

Fingerprint print(int picture) {
  Fingerprint f{};
  f[0] = static_cast<std::uint8_t>(picture);
  f[1] = static_cast<std::uint8_t>(picture >> 8);
  return f;
}

/// A frame that arrives at slot `n` of 10 ms, 3 ms after it was presented, by a call of 7 ms.
Sample sample(int n, std::optional<std::uint32_t> counter, std::optional<int> picture) {
  Sample s;
  s.returned = start + n * 10ms;
  s.begun = s.returned - 7ms;
  s.presented = s.returned - 3ms;
  s.counter = counter;
  if (picture) s.fingerprint = print(*picture);
  return s;
}

double missed(std::initializer_list<std::uint32_t> counters) {
  CounterTally tally;
  for (const std::uint32_t counter : counters) tally.add(counter);
  return tally.missed_pct().value_or(-1);
}

}  // namespace

TEST_CASE("a perfect source: everything unique, changed, and nothing missed") {
  std::vector<Sample> samples;
  for (int n = 0; n < 100; ++n) samples.push_back(sample(n, 40 + static_cast<std::uint32_t>(n), n));
  const Tally t = tally(samples, 1s);
  CHECK(t.valid_fps == doctest::Approx(100));
  CHECK(t.unique_fps.value() == doctest::Approx(100));
  CHECK(t.changed_pct.value() == doctest::Approx(100));
  CHECK(t.missed_pct.value() == doctest::Approx(0));
  CHECK(t.presented_fps.value() == doctest::Approx(100));
  CHECK(t.counted_pct.value() == doctest::Approx(100));
  CHECK(t.fingerprinted_pct == doctest::Approx(100));
  CHECK(t.grab_us.value().p50 == doctest::Approx(7000));
  CHECK(t.latency_us.value().max == doctest::Approx(3000));
  CHECK(t.interval_us.value().p99 == doctest::Approx(10000));
  CHECK(t.intervals.size() == 99);
}

TEST_CASE("a source that hands out every picture twice looks fast and is not") {
  std::vector<Sample> samples;
  for (int n = 0; n < 100; ++n)
    samples.push_back(sample(n, static_cast<std::uint32_t>(n - n % 2), n / 2));
  const Tally t = tally(samples, 1s);
  CHECK(t.valid_fps == doctest::Approx(100));
  CHECK(t.unique_fps.value() == doctest::Approx(50));
  CHECK(t.changed_pct.value() == doctest::Approx(100.0 * 49 / 99));
  CHECK(t.missed_pct.value() == doctest::Approx(50));
}

TEST_CASE("unique counts distinct pictures, changed counts neighbours") {
  std::vector<Sample> samples;
  for (int n = 0; n < 100; ++n) samples.push_back(sample(n, std::nullopt, n % 2));
  const Tally t = tally(samples, 1s);
  CHECK(t.unique_fps.value() == doctest::Approx(2));
  CHECK(t.changed_pct.value() == doctest::Approx(100));
  CHECK_FALSE(t.missed_pct.has_value());
  CHECK_FALSE(t.presented_fps.has_value());
  CHECK(t.counted_pct.value() == doctest::Approx(0));
}

TEST_CASE("a source that drops every tenth frame misses a tenth") {
  std::vector<Sample> samples;
  int arrived = 0;
  for (int n = 0; n <= 1000; ++n)
    if (n % 10 != 9) samples.push_back(sample(arrived++, static_cast<std::uint32_t>(n), n));
  const Tally t = tally(samples, 10s);
  CHECK(t.missed_pct.value() == doctest::Approx(10));
  CHECK(t.unique_fps.value() == doctest::Approx(t.valid_fps));
  CHECK(t.changed_pct.value() == doctest::Approx(100));
}

TEST_CASE("with a share of the fingerprints, pairs are compared and the rest is taken for alike") {
  std::vector<Sample> samples;
  for (int n = 0; n < 100; ++n)
    samples.push_back(sample(n, std::nullopt, n % 10 < 4 ? std::optional(n / 2) : std::nullopt));
  const Tally t = tally(samples, 1s);
  CHECK(t.fingerprinted_pct == doctest::Approx(40));
  CHECK(t.unique_fps.value() == doctest::Approx(50));
  CHECK(t.changed_pct.value() == doctest::Approx(100.0 / 3));
}

TEST_CASE("a frame whose counter is hidden came all the same") {
  std::vector<Sample> samples;
  // The pointer is on the counter in a fifth of the frames, and every tenth is dropped.
  int arrived = 0;
  for (int n = 0; n <= 1000; ++n) {
    const bool hidden = n % 100 >= 40 && n % 100 < 60;
    if (n % 10 != 9)
      samples.push_back(
          sample(arrived++, hidden ? std::nullopt : std::optional<std::uint32_t>(n), n));
  }
  const Tally t = tally(samples, 10s);
  CHECK(t.counted_pct.value() == doctest::Approx(80).epsilon(0.01));
  // From 60 to 138, which is 78 frames, seven do not come: the two beside the hidden ones are left
  // out with them.
  CHECK(t.missed_pct.value() == doctest::Approx(100.0 * 7 / 78).epsilon(0.02));
  CHECK(t.presented_fps.value() == doctest::Approx(100 / 0.9).epsilon(0.01));

  for (std::size_t i = 0; i < samples.size(); i += 2) samples[i].counter.reset();
  CHECK_FALSE(tally(samples, 10s).missed_pct.has_value());
}

TEST_CASE("nothing came") {
  const Tally t = tally({}, 1s);
  CHECK(t.valid_fps == 0);
  CHECK(t.fingerprinted_pct == 0);
  CHECK_FALSE(t.unique_fps.has_value());
  CHECK_FALSE(t.changed_pct.has_value());
  CHECK_FALSE(t.missed_pct.has_value());
  CHECK_FALSE(t.counted_pct.has_value());
  CHECK_FALSE(t.grab_us.has_value());
  CHECK_FALSE(t.interval_us.has_value());
}

TEST_CASE("the counter's steps") {
  CHECK(missed({}) == -1);
  CHECK(missed({5}) == -1);
  CHECK(missed({5, 5, 5}) == -1);  // stands still: nothing was presented
  CHECK(missed({5, 6, 7}) == 0);
  CHECK(missed({5, 6, 6, 7}) == 0);
  CHECK(missed({5, 7}) == 50);
  CHECK(missed({0, 10}) == 90);
  CHECK(missed({0xFFFFFFFE, 0xFFFFFFFF, 0, 1}) == 0);  // passes the end of 32 bits
  CHECK(missed({100, 101, 0, 1, 2}) == 0);             // begun anew
  CHECK(missed({100, 101, 0, 2}) == doctest::Approx(100.0 / 3));
}

TEST_CASE("percentiles are values that occurred") {
  std::vector<Duration> none;
  CHECK_FALSE(percentiles(none).has_value());
  std::vector<Duration> one{5us};
  CHECK(percentiles(one)->p50 == 5);
  CHECK(percentiles(one)->p99 == 5);
  std::vector<Duration> many;
  for (int i = 200; i > 0; --i) many.emplace_back(std::chrono::microseconds(i));
  const Percentiles p = percentiles(many).value();
  CHECK(p.p50 == 100);
  CHECK(p.p99 == 198);
  CHECK(p.max == 200);
}
