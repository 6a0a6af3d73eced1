#include "media/muxer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "media/log_capture.h"
#include "media/mp4_movie.h"

namespace rustcam {
namespace {

/// A fragment or cluster is held in memory until it is whole.
constexpr std::int64_t max_fragment_bytes = std::int64_t{24} << 20;
/// Pictures that an encoder may still hold when the end has to be made.
constexpr std::int64_t held_back = 32;
constexpr std::size_t spare_box_bytes = 16;
/// What an index needs for each sample, at most.
constexpr std::int64_t index_bytes_per_sample = 24;

std::vector<std::byte> spare_box(std::string_view type, std::uint64_t large_size) {
  mp4::Writer w;
  w.u32(large_size == 0 ? spare_box_bytes : 1);
  w.u32(mp4::four_cc(type));
  w.u64(large_size);
  return w.out();
}

bool needs_random_access(const MuxerSettings& settings, bool is_file) {
  if (!is_file) return false;
  if (settings.container.layout == Layout::fragments) return !settings.fragment;
  return settings.container.layout == Layout::clusters;
}

/// What the encoder holds back is lost in a crash too, so a fragment gets half of the time.
Duration fragment_time(const MuxerSettings& settings) {
  return settings.fragment.value_or(std::chrono::seconds(1)) / 2;
}

}  // namespace

Muxer::Muxer(const MuxerSettings& settings, std::span<const AVCodecContext* const> streams,
             File file)
    : settings_(settings),
      output_(std::move(file), needs_random_access(settings, file.seekable())) {
  const std::string name(settings.container.muxer);
  AVFormatContext* format = nullptr;
  LogCapture log;
  avformat_alloc_output_context2(&format, nullptr, name.c_str(), nullptr);
  if (format == nullptr) throw MediaError("FFmpeg here cannot write " + name);
  format_.reset(format);
  format_->pb = output_.avio();
  format_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  format_->max_delay = 0;

  const AVRational base = time_base(
      settings.container, {static_cast<int>(settings.fps.den), static_cast<int>(settings.fps.num)});
  for (const AVCodecContext* context : streams) {
    AVStream* stream = avformat_new_stream(format_.get(), nullptr);
    if (stream == nullptr) throw std::bad_alloc();
    check(avcodec_parameters_from_context(stream->codecpar, context), "describe the video");
    // Only for raw video does the encoder's own code say more than the codec: the pixel format.
    if (context->codec_id != AV_CODEC_ID_RAWVIDEO || settings.container.layout == Layout::fragments)
      stream->codecpar->codec_tag = 0;
    stream->time_base = base;
    stream->avg_frame_rate = context->framerate;
    stream->r_frame_rate = context->framerate;
    stream->sample_aspect_ratio = context->sample_aspect_ratio;
    time_bases_.push_back(context->time_base);
  }

  Dictionary options;
  fragments_ =
      settings.container.layout == Layout::fragments && (settings.fragment || !output_.is_file());
  if (settings.container.layout == Layout::fragments) {
    const std::string scale = std::to_string(base.den);
    options.set("video_track_timescale", scale);
    options.set("movie_timescale", scale);
    options.set("write_tmcd", "0");
    if (fragments_)
      options.set("movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer");
  }
  if (settings.container.layout == Layout::clusters) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(fragment_time(settings)).count();
    options.set("cluster_time_limit", std::to_string(std::max<std::int64_t>(milliseconds, 1)));
    if (!output_.is_file()) options.set("live", "1");
  }
  check(avformat_write_header(format_.get(), options.address()), "write the head of the file");
  commit_head();
  last_sync_ = now();
}

Muxer::~Muxer() = default;

void Muxer::check(int result, const std::string& what) {
  output_.rethrow();
  if (result < 0)
    throw MediaError("cannot " + what + ": " + av_error_text(result), av_error_name(result));
}

std::int64_t Muxer::ticks(std::int64_t slots) const {
  return av_rescale_q(slots, time_bases_.front(), format_->streams[0]->time_base);
}

std::int64_t Muxer::tail() const noexcept {
  return index_bytes_per_sample * count_ + recent_bytes_ +
         static_cast<std::int64_t>(movie_head_.size());
}

/// Puts a spare box behind the file's type: at the end it becomes the head of one box of data that
/// swallows the fragments.
void Muxer::commit_head() {
  std::vector<std::byte>& head = output_.pending();
  if (fragments_) {
    for (const mp4::Box& box : mp4::boxes(head)) {
      if (box.type == mp4::four_cc("moov")) movie_head_.assign(box.whole.begin(), box.whole.end());
      if (box.type == mp4::four_cc("ftyp")) free_box_ = static_cast<std::int64_t>(box.whole.size());
    }
    const std::vector<std::byte> spare = spare_box("free", 0);
    head.insert(head.begin() + free_box_, spare.begin(), spare.end());
  }
  output_.commit(tail());
}

bool Muxer::fragment_is_due(const AVPacket& packet) const {
  if (!fragment_start_) return false;
  const Duration limit = fragment_time(settings_);
  const Duration media =
      slot_offset(settings_.fps, packet.dts + packet.duration - *fragment_start_);
  return media >= limit || now() - fragment_opened_ >= limit ||
         fragment_bytes_ > max_fragment_bytes;
}

void Muxer::end_fragment() {
  check(av_write_frame(format_.get(), nullptr), "write a fragment");
  fragment_start_.reset();
  fragment_bytes_ = 0;
}

void Muxer::commit() {
  if (output_.pending().empty()) return;
  // The table must not hold what the disk does not.
  if (fragments_ && output_.is_file())
    output_.commit(tail(), [this](mp4::Bytes bytes, std::int64_t at) { samples_.add(bytes, at); });
  else
    output_.commit(tail());
  if (settings_.fragment && (fragments_ || now() - last_sync_ >= fragment_time(settings_))) {
    output_.sync_soon();
    last_sync_ = now();
  }
}

void Muxer::write(AVPacket& packet, int stream) {
  const auto index = static_cast<std::size_t>(stream);
  packet.stream_index = stream;
  if (packet.duration <= 0) packet.duration = 1;
  if (!fragment_start_) {
    fragment_start_ = packet.dts;
    fragment_opened_ = now();
  }
  const bool due = fragment_is_due(packet);
  fragment_bytes_ += packet.size;
  recent_bytes_ += packet.size - recent_bytes_ / held_back;
  av_packet_rescale_ts(&packet, time_bases_[index], format_->streams[stream]->time_base);
  LogCapture log;
  const int result = av_write_frame(format_.get(), &packet);
  av_packet_unref(&packet);
  check(result, "write a picture");
  ++count_;
  if (due && (fragments_ || settings_.container.layout == Layout::clusters)) end_fragment();
  if (!fragments_ || due) commit();
  output_.check_space();
}

void Muxer::make_ordinary(std::int64_t slots) {
  if (samples_.empty()) return;
  const auto end = static_cast<std::uint64_t>(std::max<std::int64_t>(ticks(slots), 1));
  const std::vector<std::byte> movie = mp4::movie_box(movie_head_, samples_, end);
  const std::int64_t movie_offset = output_.committed();
  output_.sync();
  output_.write_at(movie_offset, movie);
  output_.sync();
  const auto swallowed = static_cast<std::uint64_t>(movie_offset - free_box_);
  output_.write_at(free_box_, spare_box("mdat", swallowed));
  output_.sync();
}

void Muxer::finish(std::int64_t slots) {
  if (std::exchange(finished_, true)) return;
  LogCapture log;
  std::exception_ptr failure;
  try {
    if (!output_.lost_piece()) {
      const std::string option(settings_.container.last_duration_option);
      if (!option.empty())
        av_opt_set_int(format_.get(), option.c_str(), ticks(1), AV_OPT_SEARCH_CHILDREN);
      check(av_write_trailer(format_.get()), "write the end of the file");
      commit();
    }
    if (fragments_ && output_.is_file()) make_ordinary(slots);
    if (!fragments_ && settings_.fragment) output_.sync();
  } catch (...) {
    failure = std::current_exception();
  }
  output_.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace rustcam
