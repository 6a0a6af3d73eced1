// What an encoder that fails would take with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "media/ffmpeg.h"
#include "media/sink.h"

namespace rustcam {

/// The pictures that an encoder has taken and not given back as packets, so that another can encode
/// them again. Holds a bounded number of them, and remembers the slots of the others.
class InFlight {
 public:
  /// The most pictures that are held.
  static constexpr std::size_t most_held = 32;

  /// `keep_last`: last() is held as well. Then no frame can be drawn into twice in succession.
  explicit InFlight(bool keep_last) : keep_last_(keep_last) {}

  /// The encoder took `frame`; slots grow. Its buffers are shared, not copied. A picture in the
  /// GPU's memory is lost with the encoder, so it is not held.
  void sent(const AVFrame& frame, std::int64_t slot);
  /// Its packet came.
  void came(std::int64_t slot);
  /// Of the earliest picture whose packet did not come; nullopt if all came.
  std::optional<std::int64_t> first_slot() const;

  /// What is to be encoded again of the slots before `end`; later ones are forgotten. `began`:
  /// packets came at all, so that the last of them can last longer.
  Handover hand_over(std::int64_t end, bool began) const;
  /// The picture whose packet came last; null if it is not held.
  const std::shared_ptr<const AVFrame>& last() const noexcept { return last_; }

 private:
  bool keep_last_;
  std::deque<HeldPicture> pictures_;
  std::shared_ptr<const AVFrame> last_;
  std::size_t held_ = 0;  ///< of them, those with a frame
};

/// The same picture for an encoder that takes `format`: shares its buffers if it is in that format;
/// from nv12 to yuv420p its chroma is sorted. Throws MediaError for another format.
FramePtr shared_frame(const AVFrame& frame, AVPixelFormat format);

}  // namespace rustcam
