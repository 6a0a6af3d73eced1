#include "media/raw_sink.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/first_failure.h"
#include "image/convert.h"
#include "media/container.h"
#include "media/picture_fitter.h"
#include "media/sample_format.h"
#include "platform/file.h"

namespace rustcam {
namespace {

/// As large as an ordinary user may have a pipe.
constexpr std::size_t pipe_bytes = std::size_t{1} << 20;

/// A picture without gaps between rows and planes.
ImageView packed_view(const SampleFormat& format, Size size, std::uint8_t* bytes) {
  ImageView v;
  v.format = format.pixels;
  v.size = size;
  v.encoding = format.encoding;
  for (int plane = 0; plane < plane_count(format.pixels); ++plane) {
    const Size samples = plane_size(format.pixels, plane, size);
    const std::ptrdiff_t stride =
        std::ptrdiff_t{samples.width} * bytes_per_sample(format.pixels, plane);
    v.planes[static_cast<std::size_t>(plane)] = {bytes, stride};
    bytes += stride * samples.height;
  }
  return v;
}

class RawSink final : public FrameSink {
 public:
  RawSink(const OutputPlan& plan, const SampleFormat& format, Size picture, File file)
      : container_(*plan.container),
        path_(plan.request.path),
        format_(format),
        picture_(picture),
        file_(std::move(file)),
        fitter_(picture),
        bytes_(static_cast<std::size_t>(packed_bytes(format.pixels, picture))),
        packed_(packed_view(format, picture, bytes_.data())),
        debt_(Rect::of(picture)),
        limit_(plan.request.limit) {
    file_.enlarge_pipe(pipe_bytes);
    if (container_.stream_header == nullptr) return;
    header_ = container_.stream_header(format.pixels, picture, plan.fps);
    whole_ = static_cast<std::int64_t>(header_.size());
    try {
      // A pipe may be full already, and whoever opens it is not to wait.
      const std::size_t taken = file_.write_available(std::as_bytes(std::span(header_)));
      written_ += static_cast<std::int64_t>(taken);
      header_.erase(0, taken);
    } catch (...) {
      file_.discard();
      throw;
    }
  }

  ~RawSink() override {
    try {
      finish(slots_);
    } catch (...) {  // nobody is left to be told
    }
  }

  void write(const Frame& frame, const Region& damage, std::int64_t slot) override {
    while (slots_ > 0 && slots_ < slot) put_picture();
    const TimePoint begun = now();
    const auto fitted = fitter_.fit(frame.view(), damage);
    debt_.add(fitted.damage);
    direct_ = {};
    kept_ = frame.picture;
    if (is_written_as_it_lies(fitted.picture)) {
      direct_ = std::span(fitted.picture.row(0), bytes_.size());
    } else {
      repay(fitted.picture);
    }
    last_encode_ = now() - begun;
    put_picture();
  }

  void finish(std::int64_t slots) override {
    if (std::exchange(finished_, true)) return;
    FirstFailure failure;
    failure.attempt([&] {
      if (!failed_ && slots_ > 0)
        while (slots_ < slots) put_picture();
    });
    failure.attempt([&] { check_present(); });
    discarded_ = slots_ == 0 && file_.seekable();
    if (discarded_) {
      file_.discard();
    } else {
      failure.attempt([&] { cut_behind_last_picture(); });
      failure.attempt([&] { file_.close(); });
    }
    failure.rethrow();
  }

  Kept kept() const noexcept override { return {slots_, slots_}; }
  std::int64_t longest_gap() const noexcept override { return 1; }
  std::int64_t bytes_written() const noexcept override {
    return written_.load(std::memory_order_relaxed);
  }
  void interrupt() noexcept override { file_.interrupt(); }
  Size encoded_size() const noexcept override { return picture_; }
  Size picture_size() const noexcept override { return picture_; }
  std::vector<OutputFile> files() const override {
    if (discarded_) return {};
    return {{path_, std::string(container_.name), bytes_written(), slots_}};
  }
  Duration last_encode_time() const noexcept override { return last_encode_; }
  std::int64_t bytes_converted() const noexcept override { return converted_; }

 private:
  bool is_written_as_it_lies(const ConstImageView& picture) const {
    return format_.pixels == PixelFormat::bgra &&
           picture.planes[0].stride == packed_.planes[0].stride;
  }

  void repay(const ConstImageView& picture) {
    if (debt_.empty()) return;
    convert(picture, debt_, packed_);
    converted_ += debt_.area() * bytes_per_sample(PixelFormat::bgra, 0);
    debt_.clear();
  }

  void put_picture() {
    check_limit();
    if (slots_ == 0) put_text(header_);
    if (!container_.picture_header.empty()) put_text(container_.picture_header);
    put(std::as_bytes(direct_.empty() ? std::span<const std::uint8_t>(bytes_) : direct_));
    ++slots_;
    whole_ = bytes_written();
  }

  void check_limit() {
    if (!limit_ || (slots_ == 0 && limit_->first_picture_anyway)) return;
    const auto picture =
        static_cast<std::int64_t>(container_.picture_header.size() + bytes_.size());
    if (whole_ + picture <= limit_->bytes) return;
    failed_ = true;
    throw SizeReached("the file has reached the size that was asked for");
  }

  /// What was in a file that somebody removed is gone with it.
  void check_present() {
    try {
      file_.check_present();
    } catch (const MediaError&) {
      slots_ = 0;
      throw;
    }
  }

  /// A picture that was written in part is none.
  void cut_behind_last_picture() {
    if (!failed_ || !file_.seekable()) return;
    file_.truncate(whole_);
    written_ = whole_;
  }

  void put_text(std::string_view text) { put(std::as_bytes(std::span(text))); }

  void put(std::span<const std::byte> bytes) {
    try {
      file_.check_present();
      file_.write(bytes);
    } catch (...) {
      failed_ = true;
      throw;
    }
    written_.fetch_add(static_cast<std::int64_t>(bytes.size()), std::memory_order_relaxed);
  }

  const Container& container_;
  std::string path_;
  SampleFormat format_;
  Size picture_;
  std::string header_;  ///< what the reader has not taken yet
  File file_;
  PictureFitter fitter_;
  std::vector<std::uint8_t> bytes_;
  ImageView packed_;
  Region debt_;
  std::span<const std::uint8_t> direct_;
  std::shared_ptr<const Picture> kept_;  ///< what direct_ lies in, for repeats
  std::int64_t slots_ = 0;
  std::optional<SizeLimit> limit_;
  std::int64_t whole_ = 0;  ///< bytes up to the end of the last picture
  bool failed_ = false;
  bool discarded_ = false;
  bool finished_ = false;
  std::atomic<std::int64_t> written_{0};
  std::int64_t converted_ = 0;
  Duration last_encode_{};
};

}  // namespace

std::unique_ptr<FrameSink> open_raw_sink(const OutputPlan& plan, Size captured,
                                         EncoderReport& report) {
  const SampleFormat format = *sample_format_by_name(plan.pixel_format);
  const Size picture = plan.request.size.value_or(captured);
  report.name = "rawvideo";
  File file = plan.to_stdout ? File::standard_output()
                             : File::create(plan.request.path, may_overwrite(plan.request));
  return std::make_unique<RawSink>(plan, format, picture, std::move(file));
}

}  // namespace rustcam
