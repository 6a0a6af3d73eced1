// Where composed pictures go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/geometry.h"
#include "base/time.h"
#include "image/frame.h"

struct AVFrame;

namespace rustcam {

struct OutputFile {
  std::string path;  ///< "-" for standard output
  std::string container;
  std::int64_t bytes = 0;
  std::int64_t slots = 0;
};

/// What a file holds that stays where it is, or what the reader of a pipe was given.
struct Kept {
  std::int64_t slots = 0;    ///< its length
  std::int64_t samples = 0;  ///< its pictures
};

/// A picture that an encoder took and whose packet never came.
struct HeldPicture {
  std::int64_t slot = 0;                 ///< of its file
  std::shared_ptr<const AVFrame> frame;  ///< as the encoder was given it
};

/// Where another encoder goes on after one that failed, in a file of its own.
struct Handover {
  std::int64_t slot = 0;              ///< of the file that ends here
  std::vector<HeldPicture> pictures;  ///< to be encoded again, from `slot` on
  /// Pictures that cannot be had again: the one before lasts longer.
  std::int64_t lost = 0;
};

/// A track of sound in the files.
struct AudioTrackReport {
  std::string codec;  ///< FFmpeg's name of the encoder
  int rate = 0;       ///< samples a second
  int channels = 0;
  std::optional<std::int64_t> bitrate;  ///< bits a second; nullopt: what the sound needs
  std::int64_t samples = 0;             ///< of each channel, that the files hold
};

/// Confined to one thread at a time. Slots count from 0 over the whole recording.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// The picture that is shown from `slot` on, until the slot of the next write. `slot` grows with
  /// every call. Sound that is there already is written up to the time of `slot`. `frame`'s size
  /// may change in mid-recording: it is fitted into the first size, aspect kept, centred on black.
  /// `damage` is what differs from the picture of the last write (everything at first), in picture
  /// coordinates. Blocks while the file or reader is slow. Throws MediaError, DiskFull, PipeClosed,
  /// SizeReached; after a throw, only finish() may follow.
  virtual void write(const Frame& frame, const Region& damage, std::int64_t slot) = 0;
  /// Instead of a write: the picture stays, and time has come to `slot`. What was written so far
  /// goes to the file once it is older than a crash may cost. Throws like write(); after a throw,
  /// only finish() may follow.
  virtual void idle(std::int64_t /*slot*/) {}
  /// Ends everything so that the recording is `slots` long, drains the encoder, finalises and
  /// closes the file: also after a failed write, then keeping what is there. A file without a
  /// single picture is removed. Throws like write(). Idempotent.
  virtual void finish(std::int64_t slots) = 0;
  /// True if the encoder failed, and another may go on: finish() ends the file where that one
  /// begins.
  virtual bool hands_over() const noexcept { return false; }
  /// After finish(), if hands_over().
  virtual Handover hand_over() const { return {}; }
  /// Instead of the first write: encodes again what another sink handed over. Slots are of this
  /// file. Throws like write().
  virtual void resume(std::span<const HeldPicture> /*pictures*/) {}
  /// What was written whole, of all that was handed in: slots from 0 on, whatever failed. After
  /// finish() it is what the file holds.
  virtual Kept kept() const noexcept = 0;
  /// The most slots from one write to the next that the file can tell, at least 1: raw video and
  /// y4m have no time stamps, and the others' do not reach any distance.
  virtual std::int64_t longest_gap() const noexcept = 0;
  /// Bytes handed to the file or pipe so far; may be asked from another thread.
  virtual std::int64_t bytes_written() const noexcept = 0;
  /// Any thread: why what was written could not be brought to the disk, if that failed. The
  /// recording goes on; finish() throws it.
  virtual std::optional<std::string> sync_failure() const { return std::nullopt; }
  /// Any thread, until finish() has returned: a write that waits for the reader of a pipe throws
  /// PipeClosed, and so does every later one.
  virtual void interrupt() noexcept {}
  /// Any thread, until finish() has returned: it gives up the pictures that the encoder still
  /// holds (all but the first of a file), and the one before them lasts to the end, if the file can
  /// tell so.
  virtual void hurry() noexcept {}
  /// What the tracks of sound came to. Final after finish().
  virtual std::vector<AudioTrackReport> audio() const { return {}; }
  virtual Size encoded_size() const noexcept = 0;  ///< after padding
  virtual Size picture_size() const noexcept = 0;  ///< after --size, before padding
  /// Without those that finish() removed.
  virtual std::vector<OutputFile> files() const = 0;
  /// Wall time of the last write's conversion and encoding, without waiting for the reader.
  virtual Duration last_encode_time() const noexcept = 0;
  /// Of screen pixels that were converted so far for what is written.
  virtual std::int64_t bytes_converted() const noexcept = 0;
};

}  // namespace rustcam
