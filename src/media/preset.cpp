#include "media/preset.h"

#include <algorithm>
#include <array>

namespace rustcam {

namespace {

constexpr std::array<Preset, 10> all{{
    {"ultrafast", 0, 0, "p1", 7, 8, 13, 8, 10},
    {"superfast", 0, 0, "p1", 7, 8, 13, 8, 10},
    {"veryfast", 10, 6, "p2", 6, 8, 13, 8, 10},
    {"faster", 20, 6, "p3", 5, 7, 12, 7, 9},
    {"fast", 30, 0, "p4", 4, 7, 11, 7, 8},
    {"medium", 40, 0, "p4", 4, 6, 9, 6, 7},
    {"slow", 50, 0, "p5", 3, 5, 7, 5, 6},
    {"slower", 60, 0, "p6", 2, 4, 5, 4, 5},
    {"veryslow", 60, 0, "p7", 1, 3, 4, 3, 4},
    {"placebo", 60, 0, "p7", 1, 2, 3, 2, 3},
}};

}  // namespace

std::span<const Preset> presets() noexcept {
  return all;
}

const Preset* find_preset(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(all.begin(), all.end(), [&](const Preset& p) { return p.name == name; });
  return found == all.end() ? nullptr : found;
}

std::optional<std::string> faster_preset(std::string_view preset) {
  if (const Preset* const one = find_preset(preset))
    return one == all.data() ? std::nullopt : std::optional(std::string((one - 1)->name));
  if (preset.size() == 2 && preset[0] == 'p' && preset[1] > '1' && preset[1] <= '7')
    return std::string("p") + static_cast<char>(preset[1] - 1);
  return std::nullopt;
}

}  // namespace rustcam
