// An MP4 or MOV on its way from fragments to an ordinary file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/mp4_movie.h"
#include "media/mp4_samples.h"
#include "media/mux_output.h"

namespace rustcam {

/// Gathers what an index needs while fragments are written. A spare box stands behind the file's
/// type: at the end it becomes the head of one box of data that swallows the fragments.
class GrowingMovie {
 public:
  /// `head`: all that stands before the fragments; the spare box is put into it, and edit lists for
  /// the tracks of which `zeros` (one each, as mp4::Span::zero) is not 0.
  void begin(std::vector<std::byte>& head, std::span<const std::uint64_t> zeros);
  /// As mp4::SampleTable::add.
  void add(mp4::Bytes fragments, std::int64_t offset) { samples_.add(fragments, offset); }
  /// What the index needs beside that for each sample.
  std::int64_t head_bytes() const noexcept { return static_cast<std::int64_t>(head_.size()); }
  bool empty() const noexcept { return samples_.empty(); }
  /// Puts the index behind all that `output` has written, and makes the fragments data of an
  /// ordinary file; what follows is at most a sync. Throws as MuxOutput::write_at.
  void finish(MuxOutput& output, std::span<const mp4::Span> spans) const;

 private:
  std::vector<std::byte> head_;  ///< the file's first `moov`
  std::int64_t spare_box_ = 0;   ///< where it stands
  mp4::SampleTable samples_;
};

}  // namespace rustcam
