#include "pacing/read_lead.h"

#include <algorithm>
#include <chrono>

namespace rustcam {

namespace {
using namespace std::chrono_literals;
constexpr Duration at_first = 2ms;
constexpr Duration margin = 300us;
}  // namespace

void ReadLead::took(Duration d) {
  last_[count_++ % remembered] = std::max(d, Duration::zero());
  std::array<Duration, remembered> sorted = last_;
  const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(count_, remembered));
  const auto ninth = sorted.begin() + (end - sorted.begin()) * 9 / 10;
  std::nth_element(sorted.begin(), ninth, end);
  high_ = *ninth;
}

Duration ReadLead::allowance() const noexcept {
  return std::min(count_ == 0 ? at_first : high_ * 5 / 4 + margin, longest_);
}

}  // namespace rustcam
