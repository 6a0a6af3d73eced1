// Which encoders this machine has, and which of them open.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rustcam {

struct EncoderInfo {
  std::string name;   ///< FFmpeg's, as --encoder takes it
  std::string codec;  ///< "h264", "vp9", ...
  bool hardware = false;
  bool opens = false;
  std::string error;  ///< why not; empty if it opens
};

/// One encoder by FFmpeg's name; nullopt if FFmpeg here has none of that name, or none that
/// takes pictures of ours.
std::optional<EncoderInfo> examine_encoder(const std::string& name);

/// Opens each video encoder that takes pictures of ours with a small one. Takes up to a second.
std::vector<EncoderInfo> list_encoders();

}  // namespace rustcam
