#include "capture/x11/edid.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "capture/x11/reply_items.h"

namespace rustcam::x11 {

std::string parse_edid(std::span<const std::uint8_t> edid) {
  static constexpr std::array<std::uint8_t, 8> magic{0, 255, 255, 255, 255, 255, 255, 0};
  if (edid.size() < 128 || !std::equal(magic.begin(), magic.end(), edid.begin())) return {};
  const unsigned maker = edid[8] * 256u + edid[9];
  std::string text;
  for (const unsigned shift : {10u, 5u, 0u})
    text.push_back(static_cast<char>('A' - 1 + static_cast<int>(maker >> shift & 31u)));
  for (std::size_t at = 54; at + 18 <= 126; at += 18) {
    const auto descriptor = edid.subspan(at, 18);
    if (descriptor[0] != 0 || descriptor[1] != 0 || descriptor[3] != 0xfc) continue;
    text.push_back(' ');
    for (const std::uint8_t letter : descriptor.subspan(5)) {
      if (letter == '\n') break;
      text.push_back(letter >= 0x20 && letter < 0x7f ? static_cast<char>(letter) : '?');
    }
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string edid_description(const Connection& c, xcb_randr_output_t output) {
  const xcb_atom_t name = c.atom("EDID");
  const auto property =
      c.try_reply(xcb_randr_get_output_property_reply,
                  xcb_randr_get_output_property(c.get(), output, name, XCB_ATOM_ANY, 0, 64, 0, 0));
  if (!property || property->format != 8) return {};
  return parse_edid(ReplyItems(*property).take<std::uint8_t>(property->num_items));
}

}  // namespace rustcam::x11
