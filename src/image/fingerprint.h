// md5 fingerprints of pictures, to tell distinct frames apart.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "image/image_view.h"

namespace rustcam {

using Fingerprint = std::array<std::uint8_t, 16>;

enum class FingerprintKind {
  sparse = 1,  ///< every 13th byte of every 8th row
  full,        ///< every byte
};

/// md5 of a packed picture's bytes, row padding left out.
Fingerprint fingerprint(const ConstImageView& picture, FingerprintKind kind);
std::string to_hex(const Fingerprint& f);

}  // namespace rustcam
