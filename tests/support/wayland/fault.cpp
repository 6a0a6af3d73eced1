#include "fault.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace rustcam::test {
namespace {

constexpr std::array names{
    FaultName{Fault::wlr_refused, "wlr_refused"},
    FaultName{Fault::wlr_failed, "wlr_failed"},
    FaultName{Fault::wlr_y_invert, "wlr_y_invert"},
    FaultName{Fault::wlr_no_buffer, "wlr_no_buffer"},
    FaultName{Fault::wlr_ready_early, "wlr_ready_early"},
    FaultName{Fault::wlr_done_twice, "wlr_done_twice"},
    FaultName{Fault::wlr_no_buffer_done, "wlr_no_buffer_done"},
    FaultName{Fault::wlr_stride_padded, "wlr_stride_padded"},
    FaultName{Fault::wlr_stride_short, "wlr_stride_short"},
    FaultName{Fault::wlr_stride_huge, "wlr_stride_huge"},
    FaultName{Fault::wlr_stride_zero, "wlr_stride_zero"},
    FaultName{Fault::wlr_cursor_embedded, "wlr_cursor_embedded"},
    FaultName{Fault::ext_failed_unknown, "ext_failed_unknown"},
    FaultName{Fault::ext_failed_constraints, "ext_failed_constraints"},
    FaultName{Fault::ext_failed_stopped, "ext_failed_stopped"},
    FaultName{Fault::ext_failed_absurd, "ext_failed_absurd"},
    FaultName{Fault::ext_stopped, "ext_stopped"},
    FaultName{Fault::ext_constraints_change, "ext_constraints_change"},
    FaultName{Fault::ext_constraints_babble, "ext_constraints_babble"},
    FaultName{Fault::ext_no_constraints, "ext_no_constraints"},
    FaultName{Fault::ext_cursor_size_absurd, "ext_cursor_size_absurd"},
    FaultName{Fault::ext_cursor_place_absurd, "ext_cursor_place_absurd"},
    FaultName{Fault::ext_cursor_hotspot_absurd, "ext_cursor_hotspot_absurd"},
    FaultName{Fault::resize_pending, "resize_pending"},
    FaultName{Fault::ready_twice, "ready_twice"},
    FaultName{Fault::slow, "slow"},
    FaultName{Fault::never, "never"},
    FaultName{Fault::size_large, "size_large"},
    FaultName{Fault::size_enormous, "size_enormous"},
    FaultName{Fault::size_zero, "size_zero"},
    FaultName{Fault::size_smaller, "size_smaller"},
    FaultName{Fault::format_unknown, "format_unknown"},
    FaultName{Fault::format_none, "format_none"},
    FaultName{Fault::damage_small, "damage_small"},
    FaultName{Fault::damage_lies, "damage_lies"},
    FaultName{Fault::damage_negative, "damage_negative"},
    FaultName{Fault::damage_outside, "damage_outside"},
    FaultName{Fault::damage_empty, "damage_empty"},
    FaultName{Fault::damage_none, "damage_none"},
    FaultName{Fault::damage_many, "damage_many"},
    FaultName{Fault::time_zero, "time_zero"},
    FaultName{Fault::time_late, "time_late"},
    FaultName{Fault::time_future, "time_future"},
    FaultName{Fault::time_nsec, "time_nsec"},
    FaultName{Fault::time_max, "time_max"},
    FaultName{Fault::time_none, "time_none"},
    FaultName{Fault::transform_absurd, "transform_absurd"},
    FaultName{Fault::name_missing, "name_missing"},
    FaultName{Fault::name_empty, "name_empty"},
    FaultName{Fault::name_long, "name_long"},
    FaultName{Fault::name_cut, "name_cut"},
    FaultName{Fault::name_same, "name_same"},
    FaultName{Fault::mode_missing, "mode_missing"},
    FaultName{Fault::mode_zero, "mode_zero"},
    FaultName{Fault::mode_huge, "mode_huge"},
    FaultName{Fault::scale_absurd, "scale_absurd"},
    FaultName{Fault::logical_zero, "logical_zero"},
    FaultName{Fault::logical_huge, "logical_huge"},
    FaultName{Fault::output_not_done, "output_not_done"},
};

}  // namespace

std::span<const FaultName> fault_names() noexcept {
  return names;
}

std::string_view name(Fault fault) noexcept {
  return std::ranges::find(names, fault, &FaultName::fault)->name;
}

std::optional<Fault> fault_named(std::string_view wanted) noexcept {
  const auto found = std::ranges::find(names, wanted, &FaultName::name);
  if (found == names.end()) return std::nullopt;
  return found->fault;
}

void Faults::arm(Fault fault, int times) {
  left_[fault] = times;
}

bool Faults::strike(Fault fault) {
  const auto found = left_.find(fault);
  if (found == left_.end() || found->second == 0) return false;
  if (found->second > 0) --found->second;
  ++struck_[fault];
  return true;
}

}  // namespace rustcam::test
