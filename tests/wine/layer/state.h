// What all outputs and duplications of the process share.
#pragma once

#include <windows.h>

#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/time.h"
#include "config.h"
#include "report.h"

namespace layer {

class State {
 public:
  explicit State(Config c) : config(std::move(c)) {}

  const Config config;
  Report report;

  /// Seconds since the first duplication; starts the clock on the first call with `start`.
  double elapsed_s();
  void start_clock();
  /// The instant that elapsed_s() counts from.
  rustcam::TimePoint epoch();

  /// The first fault due in (from_s, to_s], repeated losses included.
  std::optional<Fault> fault_between(double from_s, double to_s) const;
  /// What an opening fails with now; S_OK if it may succeed.
  HRESULT open_code_at(double t_s) const;
  rustcam::Size size_at(int output, double t_s) const;
  bool present_at(int output, double t_s) const;

  /// False if that output is duplicated already.
  bool claim_output(int output);
  void free_output(int output);

 private:
  std::mutex mutex_;
  std::optional<rustcam::TimePoint> epoch_;
  std::set<int> claimed_outputs_;
};

/// The state of this process, made when the DLL is loaded.
State& state();

}  // namespace layer
