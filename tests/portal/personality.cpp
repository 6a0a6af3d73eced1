#include "personality.h"

#include <spa/param/video/raw.h>

#include <array>
#include <stdexcept>
#include <string>

namespace rustcam::test {
namespace {

constexpr std::uint32_t without_metadata = 3;

const std::array<Personality, 5>& all() {
  static const std::array<Personality, 5> known{{
      {.name = "plain",
       .formats = {SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRA, SPA_VIDEO_FORMAT_RGBx,
                   SPA_VIDEO_FORMAT_RGBA},
       .variable_rate = false,
       .damage = true,
       .repeats_bitmap = true,
       .sealed = false},
      {.name = "mutter",
       .formats = {SPA_VIDEO_FORMAT_BGRx},
       .pointer_only = {.sent = true, .header_flag = true},
       .media_class = ""},
      {.name = "kwin",
       .formats = {SPA_VIDEO_FORMAT_BGRA},
       .pointer_only = {.sent = true, .keeps_size = true},
       .times = Personality::Times::own_clock,
       .damage = true,
       .rgba_bitmap = true},
      {.name = "wlr",
       .cursor_modes = without_metadata,
       .formats = {SPA_VIDEO_FORMAT_BGRx},
       .damage = true,
       .sealed = false},
      {.name = "niri",
       .formats = {SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRA},
       .gpu_only = true,
       .times = Personality::Times::none},
  }};
  return known;
}

}  // namespace

const Personality& personality(std::string_view name) {
  for (const Personality& each : all())
    if (each.name == name) return each;
  throw std::invalid_argument("no desktop is called " + std::string(name));
}

}  // namespace rustcam::test
