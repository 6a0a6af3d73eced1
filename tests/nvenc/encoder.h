// What really encodes behind the stand-in: software encoders without any delay, one packet for each
// picture.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "picture.h"

namespace nvenc {

struct Packet {
  std::vector<std::uint8_t> bytes;
  NV_ENC_PIC_TYPE type = NV_ENC_PIC_TYPE_UNKNOWN;
  std::uint32_t qp = 0;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// The parameter sets alone, with start codes.
  virtual std::vector<std::uint8_t> headers() = 0;
  /// Throws std::runtime_error if the encoder fails.
  virtual Packet encode(const Picture& picture, bool force_idr) = 0;
};

/// What a client asked for, whatever the codec, as software encoders count it.
struct Wanted {
  int width = 0;
  int height = 0;
  std::uint32_t fps_num = 0;
  std::uint32_t fps_den = 0;
  bool full_chroma = false;
  bool lossless = false;
  int gop = 0;  ///< pictures; 0: infinite
  bool repeat_headers = false;
  bool delimiters = false;
  GUID profile{};
  bool constant_qp = false;
  int qp_p = 0;
  int qp_i = 0;
  double quality = 0;   ///< constant quality if `bitrate` is 0
  int bitrate = 0;      ///< kbit/s
  int max_bitrate = 0;  ///< kbit/s; 0: none
  int buffer = 0;       ///< kbit
  NV_ENC_CONFIG_H264_VUI_PARAMETERS tags{};
};

Wanted wanted_of(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config);

/// As it was asked for, approximately: no B-frames, no look-ahead, whatever the client says.
/// Both throw std::runtime_error if the encoder takes none of it.
std::unique_ptr<Encoder> make_h264(const Wanted& wanted);
std::unique_ptr<Encoder> make_hevc(const Wanted& wanted);

/// If make_hevc() has an encoder here.
bool has_hevc();

}  // namespace nvenc
