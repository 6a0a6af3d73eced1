// When a screen shows its frames, learnt from when it showed the last ones.
#pragma once

#include <complex>
#include <cstddef>
#include <deque>
#include <optional>

#include "base/rational.h"
#include "base/time.h"

namespace rustcam {

/// Finds the lattice on which presents lie, if it is near a multiple of a recording's rate: only
/// then does the moment of sampling matter. Presents may be missing (still content), early or late
/// (jitter up to about a third of the lattice's period), and need not begin regularly. Pure: reads
/// no clock.
///
/// Method: for each multiple m of the recording's rate, presents become unit vectors whose angle is
/// their phase in 1/(m * rate); they add up if they share a phase and cancel if they do not
/// (the Rayleigh test for circular data). A slow turn of that phase (a screen of 59.94 Hz seen at
/// 60) is searched for as a beat of a few Hz.
class ScreenPhase {
 public:
  explicit ScreenPhase(const Rational& rate);

  /// How presents came to be seen.
  enum class Watch {
    all = 1,  ///< whenever they happened
    window,   ///< only around the instants where the lattice expects one: that tells its phase, but
              ///< no longer its period, since any period would be seen there
  };

  /// A frame was shown at `at`. Equal stamps count once; a stamp before the last one, or long
  /// after it, starts the observation anew, and so does another kind of watch.
  void presented(TimePoint at, Watch watch = Watch::all);

  struct Lattice {
    int multiple = 1;      ///< of the recording's rate, whose multiple the screen's is near
    double period_ns = 0;  ///< of the screen (or of the finest lattice that its presents share)
    TimePoint anchor{};    ///< one instant of the lattice, near the newest present
  };
  /// The lattice of the presents so far; nullopt if they show none. One that was found holds
  /// while nothing new is presented.
  const std::optional<Lattice>& lattice();

 private:
  std::optional<Lattice> find() const;
  std::optional<Lattice> find_among(int first, int last) const;

  Rational rate_;
  int multiples_;
  std::deque<TimePoint> presents_;
  Watch watch_ = Watch::all;
  std::size_t unseen_ = 0;  ///< presents since the lattice was last computed
  TimePoint computed_at_{};
  std::optional<Lattice> lattice_;
};

}  // namespace rustcam
