#include "media/video_sink.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "media/encoder_frames.h"
#include "media/muxer.h"
#include "media/palette_frames.h"
#include "media/picture_fitter.h"

namespace rustcam {
namespace {

class VideoSink final : public FrameSink {
 public:
  VideoSink(const OutputPlan& plan, const Container& container, Size picture,
            std::unique_ptr<Encoder> encoder, std::unique_ptr<PictureSource> source, File file)
      : container_(container),
        path_(plan.request.path),
        picture_(picture),
        removable_(file.seekable()),
        encoder_(std::move(encoder)),
        source_(std::move(source)),
        fitter_(picture),
        packet_(make_packet()) {
    const std::array<const AVCodecContext*, 1> streams{&encoder_->context()};
    muxer_ = std::make_unique<Muxer>(MuxerSettings{container, plan.fps, plan.request.fragment},
                                     streams, std::move(file));
  }

  ~VideoSink() override {
    if (!finished_) {
      try {
        finish(last_slot_ + 1);
      } catch (...) {  // nobody is left to be told
      }
    }
  }

  void write(const Frame& frame, const Region& damage, std::int64_t slot) override {
    const TimePoint begun = now();
    spent_muxing_ = {};
    const auto fitted = fitter_.fit(frame.view(), damage);
    last_frame_ = &source_->show(fitted.picture, fitted.damage);
    encode(slot);
    last_encode_ = now() - begun - spent_muxing_;
  }

  void finish(std::int64_t slots) override {
    if (std::exchange(finished_, true)) return;
    std::exception_ptr failure;
    const auto attempt = [&](auto&& step) {
      try {
        step();
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    };
    attempt([&] {
      if (failed_) return;
      // The length of the last sample is what the others leave of the recording.
      if (last_frame_ != nullptr && last_slot_ + 1 < slots && !hastened_) encode(slots - 1);
    });
    if (!encoder_failed_)
      attempt([&] {
        encoder_->drain();
        // A file without a picture would be none.
        while ((!hastened_ || end_slot_ == 0) && write_packet()) {
        }
      });
    slots_ = failed_ || failure ? end_slot_ : slots;
    attempt([&] { muxer_->finish(slots_); });
    if (removable_ && end_slot_ == 0) remove_file(path_);
    if (failure) std::rethrow_exception(failure);
  }

  bool needs_every_slot() const noexcept override { return false; }
  std::int64_t bytes_written() const noexcept override { return muxer_->bytes_written(); }
  void interrupt() noexcept override { muxer_->interrupt(); }
  void hasten() noexcept override { hastened_ = true; }
  std::int64_t given_up() const noexcept override { return hastened_ ? taken_ - written_ : 0; }
  Size encoded_size() const noexcept override {
    return {encoder_->context().width, encoder_->context().height};
  }
  Size picture_size() const noexcept override { return picture_; }
  std::vector<OutputFile> files() const override {
    return {{path_, std::string(container_.name), muxer_->bytes_written(),
             finished_ ? slots_ : end_slot_}};
  }
  Duration last_encode_time() const noexcept override { return last_encode_; }
  std::int64_t bytes_converted() const noexcept override { return source_->bytes_converted(); }

 private:
  void encode(std::int64_t slot) {
    last_frame_->pts = slot;
    last_frame_->pict_type = AV_PICTURE_TYPE_NONE;
    try {
      encoder_->send(*last_frame_);
    } catch (...) {
      failed_ = encoder_failed_ = true;
      throw;
    }
    last_slot_ = slot;
    ++taken_;
    while (write_packet()) {
    }
  }

  /// False where the encoder has none.
  bool write_packet() {
    if (!receive()) return false;
    const TimePoint begun = now();
    const std::int64_t end = packet_->pts + 1;
    try {
      muxer_->write(*packet_, 0);
    } catch (...) {
      failed_ = true;
      end_slot_ = std::max(end_slot_, end);
      throw;
    }
    end_slot_ = std::max(end_slot_, end);
    ++written_;
    spent_muxing_ += now() - begun;
    return true;
  }

  bool receive() {
    try {
      return encoder_->receive(*packet_);
    } catch (...) {
      failed_ = encoder_failed_ = true;
      throw;
    }
  }

  const Container& container_;
  std::string path_;
  Size picture_;
  bool removable_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<PictureSource> source_;
  PictureFitter fitter_;
  std::unique_ptr<Muxer> muxer_;
  PacketPtr packet_;
  AVFrame* last_frame_ = nullptr;
  std::int64_t last_slot_ = -1;
  std::int64_t end_slot_ = 0;  ///< of what the muxer was given
  std::int64_t slots_ = 0;
  std::int64_t taken_ = 0;    ///< pictures that the encoder was given
  std::int64_t written_ = 0;  ///< and those that the muxer was
  std::atomic<bool> hastened_{false};
  bool failed_ = false;
  bool encoder_failed_ = false;
  bool finished_ = false;
  Duration last_encode_{};
  Duration spent_muxing_{};
};

}  // namespace

std::unique_ptr<FrameSink> open_video_sink(const OutputPlan& plan, Size captured,
                                           EncoderReport& report, std::vector<Warning>& warnings,
                                           const EncoderFactory& factory) {
  const Container& container = *plan.container;
  const SampleFormat format = *sample_format_by_name(plan.pixel_format);
  const Size picture = plan.request.size.value_or(captured);
  auto encoder = factory({plan, container, format, picture}, report);
  const Size encoded{encoder->context().width, encoder->context().height};
  if (encoded != picture)
    warnings.push_back({"padded",
                        "the video is " + to_string(encoded) +
                            ", a pixel larger than the picture's " + to_string(picture) +
                            ", because " + report.name + " takes even sizes only",
                        "use --pixel-format yuv444p or .webm for the exact size"});
  std::unique_ptr<PictureSource> source;
  if (encoder->context().pix_fmt == AV_PIX_FMT_PAL8)
    source = std::make_unique<PaletteFrames>(picture);
  else
    source = std::make_unique<EncoderFrames>(format, picture, encoded);
  File file = plan.to_stdout ? File::standard_output()
                             : File::create(plan.request.path, plan.request.force);
  return std::make_unique<VideoSink>(plan, container, picture, std::move(encoder),
                                     std::move(source), std::move(file));
}

}  // namespace rustcam
