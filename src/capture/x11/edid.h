// The maker and model that a monitor tells about itself.
#pragma once

#include <xcb/randr.h>

#include <cstdint>
#include <span>
#include <string>

#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// "DEL U2720Q" from the 128 bytes of an EDID (VESA E-EDID 1.4: the three-letter maker in bytes 8
/// and 9, descriptors of 18 bytes from 54 on, type 0xFC the product's name); empty if `edid` is
/// not one.
std::string parse_edid(std::span<const std::uint8_t> edid);

/// The same of an output; empty if it has none.
std::string edid_description(const Connection& connection, xcb_randr_output_t output);

}  // namespace rustcam::x11
