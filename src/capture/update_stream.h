// Reads every desktop frame as it comes, and keeps the newest for whoever asks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "capture/capture_stream.h"
#include "capture/screen_reader.h"
#include "platform/worker.h"

namespace rustcam {

/// Opens, reads and closes its source on its own thread.
class UpdateStream final : public CaptureStream {
 public:
  /// Returns when the source is open; throws what opening it throws.
  UpdateStream(SourceRecipe recipe, Clock& clock);
  ~UpdateStream() override;

  /// The newest frame.
  Frame latest(Duration timeout) override;
  void stop() noexcept override;
  bool stopped() const noexcept override { return stopped_; }
  TargetInfo target() const override;
  Rect region() const override;
  std::string loss() const override;

 private:
  void run(const SourceRecipe& recipe);
  void read(ScreenReader& reader, const std::stop_token& stop);
  void describe(const ScreenReader& reader);
  void publish(Frame frame);
  void finish(std::exception_ptr failure) noexcept;

  Clock& clock_;
  std::stop_source ending_;
  std::stop_callback<std::function<void()>> on_stop_;  ///< the caller's request is ours
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  TargetInfo target_;
  Rect region_;
  std::string loss_;
  Frame newest_;
  std::uint64_t published_ = 0;
  std::uint64_t returned_ = 0;
  bool finished_ = false;
  std::exception_ptr failure_;
  std::optional<Worker> worker_;
};

}  // namespace rustcam
