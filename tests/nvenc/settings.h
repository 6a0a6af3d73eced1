// What the stand-in NVENC driver is to be and how it fails, from the environment variable
// RUSTCAM_NVENC: "key=value;key=value", everything optional. An unknown word ends the process with
// a message.
//
//   fail=no_device     cuInit finds no device
//   fail=old_gpu       the GPU is too old for NVENC (compute capability 2.1)
//   fail=unsupported   a session is refused: unsupported device
//   fail=no_session    a session is refused for want of memory, as drivers do at their limit
//   fail=client_key    the same, as other drivers do: incompatible client key
//   fail=old_driver    the driver speaks an older version of the interface than the client
//   fail=initialize    initialising runs out of memory
//   fail=no_b_frames   the GPU makes no B-frames, and says so
//   fail=lost          the device goes away while a session encodes:
//     after=N          once N pictures of that session were taken (default 0)
//     swallow=N        N more are taken before it tells, and their packets never come (default 0).
//                      FFmpeg waits for ever after as many as it has surfaces (4 without B-frames)
//     code=N           what it tells, an NVENCSTATUS (default 5, the device does not exist; 20 is a
//                      generic error)
//   sessions=N         so many may be open in a process; the next is refused as with no_session
//   max=WxH            the largest picture (default 4096x4096, HEVC 8192x8192)
//   verify=1           a texture must not change until its packet is fetched (reads each twice)
//
// It is a GPU that encodes H.264 and (on Linux) HEVC, of 8 bits; not AV1, as those before the RTX
// 40 series. It makes no B-frames, whatever it is asked, but is late as if it did.
//
// RUSTCAM_NVENC_REPORT names a file that gets, as JSON, what the driver was asked (report.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nvenc {

struct Settings {
  std::string fail;
  std::uint64_t lost_after = 0;
  std::uint64_t swallow = 0;
  int lost_code = 5;
  int sessions = 64;
  std::uint32_t max_width = 0;  ///< 0: the codec's own
  std::uint32_t max_height = 0;
  bool verify = false;
};

/// Throws std::invalid_argument that names what it does not know.
Settings parse_settings(std::string_view text);

/// Those of this process.
const Settings& settings();

/// If `fail=name` was asked for.
bool fails(std::string_view name);

}  // namespace nvenc
