// What really encodes behind the stand-in: a software encoder without any delay, one packet for
// each picture.
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

/// H.264 as `params` and its configuration ask for, approximately: no B-frames, no look-ahead,
/// whatever they say. Throws std::runtime_error if x264 takes none of it.
std::unique_ptr<Encoder> make_h264(const NV_ENC_INITIALIZE_PARAMS& params,
                                   const NV_ENC_CONFIG& config, bool full_chroma);

}  // namespace nvenc
