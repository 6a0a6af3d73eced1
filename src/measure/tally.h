// From what a run saw to its numbers. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "image/fingerprint.h"
#include "record/statistics.h"

namespace rustcam {

/// One valid frame within the counted time, in the order of arrival.
struct Sample {
  TimePoint begun{};     ///< of the call that returned it
  TimePoint returned{};  ///< of the same
  TimePoint presented{};
  std::optional<std::uint32_t> counter;    ///< the stimulus's frame number, read from the picture
  std::optional<Fingerprint> fingerprint;  ///< if it was taken
};

struct Tally {
  double valid_fps = 0;
  /// Distinct fingerprints a second. If only a share of the frames has one, it is taken for all.
  std::optional<double> unique_fps;
  /// Of the pairs of consecutive frames that both have a fingerprint, those that differ.
  std::optional<double> changed_pct;
  std::optional<double> missed_pct;
  /// The stimulus's rate, by its counter and the times of presentation.
  std::optional<double> presented_fps;
  std::optional<double> counted_pct;  ///< frames whose counter could be read
  double fingerprinted_pct = 0;
  std::optional<Percentiles> grab_us;
  std::optional<Percentiles> interval_us;
  std::optional<Percentiles> latency_us;  ///< from presented to handed out
  std::vector<Duration> intervals;        ///< between consecutive frames, ascending
};

/// `duration`: the counted time, above 0.
Tally tally(std::span<const Sample> samples, Duration duration);

/// What the stimulus's counter tells about the frames between the first and the last one read. A
/// counter that jumps back is a stimulus begun anew: the step between is left out.
class CounterTally {
 public:
  void add(std::uint32_t counter) noexcept;
  /// A frame came whose counter could not be read, as where the pointer is on it: whether frames
  /// are missing in the step over it is not known, and none is taken for missed.
  void add_unread() noexcept { gap_ = true; }
  std::int64_t presented() const noexcept { return presented_; }  ///< after the first one
  /// Of those that are not in steps over unread frames, the ones that never came; nullopt if
  /// there are none.
  std::optional<double> missed_pct() const noexcept;

 private:
  std::optional<std::uint32_t> last_;
  bool gap_ = false;  ///< since `last_`
  std::int64_t presented_ = 0;
  std::int64_t judged_ = 0;  ///< of these, in steps without an unread frame
  std::int64_t captured_ = 0;
};

/// The smallest value that at least half (99 %) of all do not exceed, and the greatest; nullopt for
/// none. Sorts `durations`.
std::optional<Percentiles> percentiles(std::vector<Duration>& durations);

}  // namespace rustcam
