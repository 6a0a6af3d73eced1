#include "media/muxer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/first_failure.h"
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
/// What a container adds to a packet, at most, beside a thirty-second part of it; and once in a
/// file or piece: heads, tables, an end.
constexpr std::int64_t bytes_beside_packet = 64;
constexpr std::int64_t bytes_beside_all = 4096;
/// A stream waits no longer for the others, whatever a fragment's length is.
constexpr Duration longest_wait = std::chrono::seconds(10);

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

/// What the encoder, or the wait for another stream, holds back is lost in a crash too, so a
/// fragment gets half of the time.
Duration fragment_time(const MuxerSettings& settings) {
  return settings.fragment.value_or(std::chrono::seconds(1)) / 2;
}

std::vector<AVRational> time_bases(std::span<const StreamInfo> streams) {
  std::vector<AVRational> bases;
  for (const StreamInfo& info : streams) bases.push_back(info.time_base);
  return bases;
}

Duration to_duration(std::int64_t ticks, AVRational base) {
  return Duration(av_rescale_q(ticks, base, {1, 1'000'000'000}));
}

}  // namespace

void Muxer::Tally::add(const Tally& more) noexcept {
  packets += more.packets;
  end = std::max(end, more.end);
  bytes += more.bytes;
}

Muxer::Muxer(const MuxerSettings& settings, std::span<const StreamInfo> streams, File file)
    : settings_(settings),
      output_(std::move(file), needs_random_access(settings, file.seekable())),
      interleaver_(time_bases(streams), std::min(fragment_time(settings), longest_wait)) {
  try {
    open(streams);
  } catch (...) {
    output_.discard();
    throw;
  }
}

void Muxer::open(std::span<const StreamInfo> streams) {
  const std::string name(settings_.container.muxer);
  AVFormatContext* format = nullptr;
  LogCapture log;
  avformat_alloc_output_context2(&format, nullptr, name.c_str(), nullptr);
  if (format == nullptr) throw MediaError("FFmpeg here cannot write " + name);
  format_.reset(format);
  format_->pb = output_.avio();
  format_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  format_->max_delay = 0;
  fragments_ =
      settings_.container.layout == Layout::fragments && (settings_.fragment || !output_.is_file());
  for (const StreamInfo& info : streams) add_stream(info);
  write_head();
  last_sync_ = now();
}

Muxer::~Muxer() = default;

void Muxer::add_stream(const StreamInfo& info) {
  AVStream* stream = avformat_new_stream(format_.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  check(avcodec_parameters_copy(stream->codecpar, info.parameters.get()), "describe the stream");
  // Only for raw video does the encoder's own code say more than the codec: the pixel format.
  if (info.parameters->codec_id != AV_CODEC_ID_RAWVIDEO ||
      settings_.container.layout == Layout::fragments)
    stream->codecpar->codec_tag = 0;
  // FFmpeg's own choice, hev1, is for parameters that may change in the stream. Ours do not, and
  // QuickTime, Safari and iOS play hvc1 only.
  if (info.parameters->codec_id == AV_CODEC_ID_HEVC &&
      settings_.container.layout == Layout::fragments)
    stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
  stream->time_base = time_base(settings_.container, info.time_base);
  stream->avg_frame_rate = info.frame_rate;
  stream->r_frame_rate = info.frame_rate;
  stream->sample_aspect_ratio = info.parameters->sample_aspect_ratio;
  streams_.push_back({.packets = info.time_base});
}

namespace {

/// Ticks a second that are whole ticks of each stream, if such a number is small enough.
int common_ticks(const AVFormatContext& format) {
  std::int64_t common = format.streams[0]->time_base.den;
  for (unsigned i = 1; i < format.nb_streams; ++i)
    common = std::lcm(common, std::int64_t{format.streams[i]->time_base.den});
  return common <= std::numeric_limits<int>::max() ? static_cast<int>(common)
                                                   : format.streams[0]->time_base.den;
}

}  // namespace

void Muxer::write_head() {
  Dictionary options;
  if (settings_.container.layout == Layout::fragments) {
    options.set("movie_timescale", std::to_string(common_ticks(*format_)));
    options.set("write_tmcd", "0");
  }
  if (fragments_) {
    // Times in fragments count from 0, not from each stream's first packet, and are placed here.
    options.set("movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer+frag_discont");
    options.set("use_editlist", "0");
    format_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  }
  if (settings_.container.layout == Layout::clusters) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(fragment_time(settings_)).count();
    options.set("cluster_time_limit", std::to_string(std::max<std::int64_t>(milliseconds, 1)));
    if (!output_.is_file()) options.set("live", "1");
  }
  const LogCapture log;
  const int result = avformat_write_header(format_.get(), options.address());
  output_.rethrow();
  if (result < 0)
    throw MediaError("cannot write the head of the file: " +
                         (log.complaint().empty() ? av_error_text(result) : log.complaint()),
                     av_error_name(result));
  for (std::size_t i = 0; i < streams_.size(); ++i)
    streams_[i].file = format_->streams[i]->time_base;
  commit_head();
}

void Muxer::check(int result, const std::string& what) {
  output_.rethrow();
  if (result < 0)
    throw MediaError("cannot " + what + ": " + av_error_text(result), av_error_name(result));
}

namespace {

std::int64_t cost(int packet_bytes) {
  return packet_bytes + packet_bytes / 32 + bytes_beside_packet;
}

}  // namespace

/// What an orderly end writes after the last packet.
std::int64_t Muxer::tail_end() const noexcept {
  return index_bytes_per_sample * count_ + bytes_beside_all +
         static_cast<std::int64_t>(movie_head_.size());
}

/// The same, and what may come before it from an encoder and the wait for other streams.
std::int64_t Muxer::tail() const noexcept {
  return index_bytes_per_sample * count_ + recent_bytes_ + interleaver_.bytes() +
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
  if (output_.is_file())
    output_.commit(tail());
  else
    output_.commit_available();
}

bool Muxer::fragment_is_due(const AVPacket& packet, const Stream& stream) const {
  if (!fragment_start_) return false;
  const Duration limit = fragment_time(settings_);
  const Duration end = to_duration(packet.dts + packet.duration, stream.packets);
  return end - *fragment_start_ >= limit || now() - fragment_opened_ >= limit ||
         fragment_bytes_ > max_fragment_bytes;
}

/// True if packets stay in memory until a fragment or cluster is ended.
bool Muxer::grows_in_pieces() const noexcept {
  return fragments_ || settings_.container.layout == Layout::clusters;
}

/// True if nothing can be read before the end of the file was written.
bool Muxer::needs_its_end() const noexcept {
  return settings_.container.layout == Layout::fragments && !fragments_;
}

/// True if a packet is written when the next one comes.
bool Muxer::holds_last_packet() const noexcept {
  return settings_.container.layout == Layout::clusters ||
         !settings_.container.last_duration_option.empty();
}

/// What the muxer held has become bytes of a piece.
void Muxer::release_held() noexcept {
  for (Stream& s : streams_) s.out.add(std::exchange(s.held, {}));
}

/// `pushed_out`: with the packet, the muxer wrote bytes.
void Muxer::note_written(Stream& stream, Tally one, bool pushed_out) {
  if (pushed_out && holds_last_packet()) {
    // Only then is it known how long the last one is shown.
    if (!settings_.container.last_duration_option.empty() && stream.held.packets > 0)
      stream.held.end = one.end - 1;
    release_held();
  }
  const bool held = fragments_ || needs_its_end() || holds_last_packet();
  (held ? stream.held : stream.out).add(one);
}

/// With all that is still to come if it is the last one.
bool Muxer::has_room_for(const AVPacket& packet) const {
  if (!settings_.limit || (count_ == 0 && settings_.limit->first_picture_anyway)) return true;
  std::int64_t bytes =
      output_.committed() + cost(packet.size) + index_bytes_per_sample + tail_end();
  for (const Stream& s : streams_) bytes += s.out.bytes + (needs_its_end() ? 0 : s.held.bytes);
  return bytes <= settings_.limit->bytes;
}

void Muxer::end_fragment() {
  check(av_write_frame(format_.get(), nullptr), "write a fragment");
  // Without this the next packet would be put where the last one of this fragment seems to end.
  if (fragments_) av_opt_set(format_->priv_data, "movflags", "+frag_discont", 0);
  fragment_start_.reset();
  fragment_bytes_ = 0;
  release_held();
}

void Muxer::commit() {
  if (output_.lost_piece()) return;
  if (!output_.pending().empty()) write_piece();
  for (Stream& s : streams_) s.kept.add(std::exchange(s.out, {}));
}

void Muxer::write_piece() {
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

void Muxer::write(AVPacket& packet, StreamId stream) {
  packet.stream_index = stream;
  ++streams_[static_cast<std::size_t>(stream)].given;
  if (packet.duration <= 0) packet.duration = 1;
  interleaver_.add(packet);
  write_due();
}

void Muxer::idle() {
  if (!grows_in_pieces() || !fragment_start_ || !settings_.fragment ||
      now() - fragment_opened_ < fragment_time(settings_))
    return;
  end_fragment();
  commit();
  output_.check_space();
}

void Muxer::end(StreamId stream, Ticks end) {
  Stream& s = streams_[static_cast<std::size_t>(stream)];
  s.end = end;
  s.ended = true;
  interleaver_.end(stream);
  write_due();
}

void Muxer::write_due() {
  while (AVPacket* packet = interleaver_.next()) write_now(*packet);
}

/// Fragments have no edit list before the end, and cannot begin before 0. Streams that do (a
/// sound's encoder warms up, a video's order of decoding differs) move all of them by the same
/// time.
void Muxer::choose_zero(const AVPacket& first) {
  const Stream& earliest = streams_[static_cast<std::size_t>(first.stream_index)];
  const std::int64_t before = -av_rescale_q(first.dts, earliest.packets, earliest.file);
  if (before <= 0) return;
  const AVRational base = earliest.file;
  for (Stream& s : streams_) s.zero = av_rescale_q_rnd(before, base, s.file, AV_ROUND_UP);
}

/// Brings its times to the file's. False if they lie before the file's beginning.
bool Muxer::place(AVPacket& packet, const Stream& stream) const {
  av_packet_rescale_ts(&packet, stream.packets, stream.file);
  packet.dts += stream.zero;
  packet.pts += stream.zero;
  return !fragments_ || packet.dts >= 0;
}

void Muxer::write_now(AVPacket& packet) {
  if (output_.lost_piece()) return av_packet_unref(&packet);
  // A later one that is small enough could not be played without it.
  full_ = full_ || !has_room_for(packet);
  if (full_) {
    av_packet_unref(&packet);
    throw SizeReached("the file has reached the size that was asked for");
  }
  Stream& stream = streams_[static_cast<std::size_t>(packet.stream_index)];
  const Duration decoded = to_duration(packet.dts, stream.packets);
  if (count_ == 0 && fragments_) choose_zero(packet);
  if (!fragment_start_) {
    fragment_start_ = decoded;
    fragment_opened_ = now();
  }
  fragment_bytes_ += packet.size;
  const bool due = fragment_is_due(packet, stream);
  recent_bytes_ += packet.size - recent_bytes_ / held_back;
  stream.last_shown = packet.pts;
  if (!stream.ended) stream.end = std::max(stream.end, packet.pts + packet.duration);
  const Tally one{1, packet.pts + packet.duration, cost(packet.size)};
  const bool placed = place(packet, stream);
  const std::int64_t before = avio_tell(format_->pb);
  LogCapture log;
  const int result = placed ? av_write_frame(format_.get(), &packet) : 0;
  av_packet_unref(&packet);
  check(result, "write a picture");
  if (placed) note_written(stream, one, avio_tell(format_->pb) != before);
  ++count_;
  if (due && grows_in_pieces()) end_fragment();
  if (!fragments_ || due) commit();
  output_.check_space();
}

void Muxer::make_ordinary() {
  if (samples_.empty()) return;
  std::vector<mp4::Span> spans;
  for (const Stream& s : streams_) {
    const std::int64_t end = av_rescale_q(s.end, s.packets, s.file);
    spans.push_back({static_cast<std::uint64_t>(s.zero),
                     static_cast<std::uint64_t>(std::max<std::int64_t>(end, 1))});
  }
  const std::vector<std::byte> movie = mp4::movie_box(movie_head_, samples_, spans);
  const std::int64_t movie_offset = output_.committed();
  output_.sync();
  output_.write_at(movie_offset, movie);
  output_.sync();
  const auto swallowed = static_cast<std::uint64_t>(movie_offset - free_box_);
  output_.write_at(free_box_, spare_box("mdat", swallowed));
  for (Stream& s : streams_) s.kept.end = s.end;
  output_.sync();
}

void Muxer::write_trailer() {
  const std::string option(settings_.container.last_duration_option);
  if (!option.empty()) {
    const Stream& s = streams_.front();
    const std::int64_t last = av_rescale_q(s.end - s.last_shown, s.packets, s.file);
    av_opt_set_int(format_.get(), option.c_str(), last, AV_OPT_SEARCH_CHILDREN);
  }
  check(av_write_trailer(format_.get()), "write the end of the file");
  release_held();
  commit();
  if (!option.empty())
    for (Stream& s : streams_) s.kept.end = s.end;
}

/// Everything that the muxer holds, so far as it can be written before the end.
void Muxer::put_pieces() {
  if (grows_in_pieces() && fragment_start_ && !output_.lost_piece()) end_fragment();
  commit();
}

/// What was in a file that somebody removed is gone with it.
void Muxer::check_present() {
  try {
    output_.check_present();
  } catch (const MediaError&) {
    for (Stream& s : streams_) s.kept = {};
    throw;
  }
}

/// A stream whose last packets are not there ends before them.
void Muxer::end_with_what_is_there(Stream& stream) {
  Tally there = stream.kept;
  if (output_.whole()) {
    there.add(stream.out);
    there.add(stream.held);
  }
  if (there.packets < stream.given) stream.end = there.end;
}

bool Muxer::nothing_kept() const noexcept {
  return std::all_of(streams_.begin(), streams_.end(),
                     [](const Stream& s) { return s.kept.packets == 0; });
}

void Muxer::finish() {
  if (std::exchange(finished_, true)) return;
  LogCapture log;
  FirstFailure failure;
  failure.attempt([&] {
    interleaver_.end_all();
    write_due();
  });
  failure.attempt([&] { put_pieces(); });
  // A disk that failed may have done so once only.
  if (!output_.whole()) failure.attempt([&] { commit(); });
  for (Stream& s : streams_) end_with_what_is_there(s);
  failure.attempt([&] {
    if (output_.whole()) write_trailer();
    if (fragments_ && output_.is_file()) make_ordinary();
    if (!fragments_ && settings_.fragment) output_.sync();
  });
  failure.attempt([&] { check_present(); });
  discarded_ = nothing_kept() && output_.is_file();
  if (discarded_)
    output_.discard();
  else
    failure.attempt([&] { output_.close(); });
  failure.rethrow();
}

}  // namespace rustcam
