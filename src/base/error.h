// The families of failure. Outcomes that recur are values elsewhere; what is thrown is one of
// these.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace rustcam {

/// Something went wrong in the world (exit status 1). `what()` is one line for a person: what
/// failed, why, and what to do. `native_code()` is the system's own name for it ("0x887A0026",
/// "BadMatch", "ENOSPC"), empty if there is none.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string native_code = {})
      : std::runtime_error(message), native_code_(std::move(native_code)) {}
  const std::string& native_code() const noexcept { return native_code_; }

 private:
  std::string native_code_;
};

/// Capture failed; the base of all that a FrameSource throws.
class CaptureError : public Error {
  using Error::Error;
};
/// The device or the display connection is gone (X server died, GPU removed).
class DeviceError : public CaptureError {
  using CaptureError::CaptureError;
};
/// The system refuses to hand out the screen's frames (unsupported, in use, denied).
class DuplicationError : public CaptureError {
  using CaptureError::CaptureError;
};
/// The output was lost and has to be opened again.
class AccessLost : public CaptureError {
  using CaptureError::CaptureError;
};
/// The caller's stop request came while a system that does not answer was waited for. Not a
/// failure.
class Interrupted : public CaptureError {
  using CaptureError::CaptureError;
};
/// The user was asked, and said no. Asking again would not help.
class Cancelled : public CaptureError {
  using CaptureError::CaptureError;
};
/// No frame came in time, if the caller asked for an exception.
class CaptureTimeout : public CaptureError {
  using CaptureError::CaptureError;
};
/// FFmpeg or a file failed.
class MediaError : public Error {
  using Error::Error;
};
/// The disk is full; what was written so far is kept.
class DiskFull : public MediaError {
  using MediaError::MediaError;
};
/// The reader of our pipe has gone. Not a failure: a recording ends as "pipe_closed".
class PipeClosed : public MediaError {
  using MediaError::MediaError;
};

/// The next picture would make a file larger than was asked for. Not a failure: a recording ends as
/// "size", with what was written before.
class SizeReached : public MediaError {
  using MediaError::MediaError;
};

/// Nobody has opened our FIFO for reading yet; it may be tried again.
class NoReader : public PipeClosed {
  using PipeClosed::PipeClosed;
};

/// The request itself is wrong (exit status 2): a bad value, an unknown output or encoder, a region
/// outside its output. `what()` says what, why, and what to do.
class UsageError : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The symbolic name of an errno value ("ENOSPC"), or "errno N" for one without a name.
std::string errno_name(int code);

}  // namespace rustcam
