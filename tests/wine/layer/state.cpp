#include "state.h"

#include <dxgi1_6.h>

#include <algorithm>
#include <cmath>

namespace layer {

double State::elapsed_s() {
  const std::lock_guard lock(mutex_);
  return epoch_ ? rustcam::to_s(rustcam::now() - *epoch_) : 0.0;
}

void State::start_clock() {
  const std::lock_guard lock(mutex_);
  if (!epoch_) epoch_ = rustcam::now();
}

rustcam::TimePoint State::epoch() {
  const std::lock_guard lock(mutex_);
  return epoch_.value_or(rustcam::now());
}

std::optional<Fault> State::fault_between(double from_s, double to_s) const {
  std::optional<Fault> first;
  const auto consider = [&](const Fault& fault) {
    if (fault.at_s > from_s && fault.at_s <= to_s && (!first || fault.at_s < first->at_s))
      first = fault;
  };
  for (const Fault& fault : config.faults) consider(fault);
  for (const ModeChange& mode : config.modes)
    consider({mode.at_s, DXGI_ERROR_ACCESS_LOST, 0, S_OK});
  if (config.gone) consider({config.gone->from_s, DXGI_ERROR_ACCESS_LOST, 0, S_OK});
  if (config.loss_every_s > 0) {
    const double next = (std::floor(from_s / config.loss_every_s) + 1) * config.loss_every_s;
    consider({next, DXGI_ERROR_ACCESS_LOST, 0, S_OK});
  }
  return first;
}

HRESULT State::open_code_at(double t_s) const {
  if (FAILED(config.open_code)) return config.open_code;
  for (const Fault& fault : config.faults)
    if (fault.down_s > 0 && Span{fault.at_s, fault.down_s}.contains(t_s)) return fault.open_code;
  return S_OK;
}

rustcam::Size State::size_at(int output, double t_s) const {
  rustcam::Size size = config.size;
  if (output != 0) return size;
  for (const ModeChange& mode : config.modes)
    if (mode.at_s <= t_s) size = mode.size;
  return size;
}

bool State::present_at(int output, double t_s) const {
  return output != 0 || !config.gone || !config.gone->contains(t_s);
}

bool State::claim_output(int output) {
  const std::lock_guard lock(mutex_);
  return claimed_outputs_.insert(output).second;
}

void State::free_output(int output) {
  const std::lock_guard lock(mutex_);
  claimed_outputs_.erase(output);
}

}  // namespace layer
