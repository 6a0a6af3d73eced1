// What goes wrong with a recording while it runs, told once each.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "record/encode_loop.h"
#include "record/options.h"
#include "record/segments.h"
#include "record/statistics.h"
#include "record/warnings.h"

namespace rustcam {

/// Collects the warnings of a session, and finds those that show only while it goes on.
class WarningWatch {
 public:
  /// `tell` (may be empty) is called with each warning. Keeps the references.
  WarningWatch(const RecordOptions& options, const Segments& segments,
               const std::function<void(const Warning&)>& tell)
      : options_(options), segments_(segments), tell_(tell), disk_(options.plan.request.path) {}

  void add(Warning warning);
  /// The encoder that the recording begins with.
  void set_encoder(EncoderReport encoder) { encoder_ = std::move(encoder); }
  /// Often, while `encode` runs.
  void look(const EncodeLoop& encode, TimePoint at);
  /// Once all is written, but for what is still done to the files.
  void look_at_end(const EncodeLoop& encode);
  /// Once nothing more is written.
  void look_at_size();
  const std::vector<Warning>& all() const noexcept { return all_; }

 private:
  void look_for_delay(const EncodeLoop& encode, Duration allowed);

  const RecordOptions& options_;
  const Segments& segments_;
  const std::function<void(const Warning&)>& tell_;
  DiskWatch disk_;
  EncoderReport encoder_;
  std::vector<Warning> all_;
  bool overload_told_ = false;
  bool held_back_told_ = false;
  bool sync_failure_told_ = false;
};

}  // namespace rustcam
