// What a Wayland compositor tells of an output and of a picture: sizes, places, turns, damage,
// times. Nothing is read outside of the buffer or written outside of the picture, whatever it says.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "capture/target_request.h"
#include "capture/wayland/grabber.h"
#include "capture/wayland/outputs.h"
#include "image/buffer_view.h"
#include "image/image.h"

namespace {

using namespace rustcam;

constexpr std::array<std::uint32_t, 15> codes{
    0,          1,          0x34324258, 0x34324241, 0x34325842, 0x34324142, 0x34325852, 0x34324152,
    0x34324752, 0x34324742, 0x30335258, 0x30335241, 0x30334258, 0x30334241, 0x36314752};

struct Header {
  std::int32_t x, y, logical_width, logical_height, mode_width, mode_height, refresh, scale;
  std::int32_t transform;
  std::array<std::int32_t, 4> region;
  std::array<std::int32_t, 4> damage;
  std::uint32_t seconds_high, seconds_low, nanoseconds;
  std::uint8_t format, width, height, padding, turn, y_invert;
};

void try_output(const Header& h) {
  wayland::OutputState state;
  state.position = {h.x, h.y};
  state.logical = {h.logical_width, h.logical_height};
  state.whole_scale = h.scale < 1 ? 1 : h.scale;
  state.refresh_mhz = h.refresh;
  state.transform = Transform::of(h.transform).value_or(Transform{});
  const Size pixels{1 + (h.mode_width & 0xffff), 1 + (h.mode_height & 0xffff)};
  TargetInfo target = wayland::target_of(state, pixels);
  const Rect region{h.region[0], h.region[1], h.region[2], h.region[3]};
  if (region.empty() || !target.desktop.contains(region)) return;
  const Rect on_picture = pixels_of(region, target);
  if (!on_picture.empty() && !Rect::of(target.size()).contains(on_picture)) std::abort();
}

void try_picture(const Header& h, const unsigned char* data, std::size_t size) {
  const BufferFormat* format = buffer_format(codes[h.format % codes.size()]);
  if (format == nullptr) std::abort();
  BufferView view;
  view.format = format;
  view.size = {1 + h.width % 40, 1 + h.height % 30};
  view.stride = view.size.width * format->bytes + h.padding % 9;
  view.transform = {static_cast<std::uint32_t>(h.turn) % 8, (h.y_invert & 1) != 0};
  const auto bytes =
      static_cast<std::size_t>(view.stride) * static_cast<std::size_t>(view.size.height);
  if (size < bytes) return;
  const std::vector<std::uint8_t> memory(data, data + bytes);
  view.data = memory.data();
  const Rect told = intersect(Rect::of(Point{h.damage[0], h.damage[1]}, {h.damage[2], h.damage[3]}),
                              Rect::of(view.size));
  if (told.empty()) return;
  const Rect upright = view.transform.upright(told, view.size);
  Image picture(PixelFormat::bgra, view.transform.upright(view.size));
  if (!Rect::of(picture.size()).contains(upright)) std::abort();
  if (view.transform.in_buffer(upright, view.size) != told) std::abort();
  copy_upright(view, Region(upright), picture.view(), {}, (h.y_invert & 2) != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Header header;
  if (size < sizeof header) return 0;
  std::memcpy(&header, data, sizeof header);
  try_output(header);
  try_picture(header, data + sizeof header, size - sizeof header);
  wayland::sensible_time(header.seconds_high, header.seconds_low, header.nanoseconds);
  return 0;
}
