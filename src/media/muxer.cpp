#include "media/muxer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "base/first_failure.h"
#include "media/log_capture.h"
#include "media/mux_format.h"
#include "media/stream_zeros.h"

namespace rustcam {
namespace {

/// The stream without which a file is none.
constexpr StreamId pictures = 0;
/// A fragment or cluster is held in memory until it is whole.
constexpr std::int64_t max_fragment_bytes = std::int64_t{24} << 20;
/// Pictures that an encoder may still hold when the end has to be made.
constexpr std::int64_t held_back = 32;
/// What an index needs for each sample, at most.
constexpr std::int64_t index_bytes_per_sample = 24;
/// What a container adds to a packet, at most, beside a thirty-second part of it; and once in a
/// file or piece: heads, tables, an end.
constexpr std::int64_t bytes_beside_packet = 64;
constexpr std::int64_t bytes_beside_all = 4096;
/// A stream waits no longer for the others, whatever a fragment's length is.
constexpr Duration longest_wait = std::chrono::seconds(10);

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
  format_ = make_format(settings_.container, output_.avio());
  fragments_ =
      settings_.container.layout == Layout::fragments && (settings_.fragment || !output_.is_file());
  for (const StreamInfo& info : streams) {
    add_stream(*format_, settings_.container, info);
    streams_.push_back({.packets = info.time_base});
    ledger_.add_stream();
  }
  write_head(streams);
  last_sync_ = now();
}

Muxer::~Muxer() = default;

void Muxer::write_head(std::span<const StreamInfo> streams) {
  Dictionary options;
  set_head_options(*format_, settings_.container,
                   {fragments_, !output_.is_file(), fragment_time(settings_)}, options);
  const LogCapture log;
  const int result = avformat_write_header(format_.get(), options.address());
  output_.rethrow();
  if (result < 0)
    throw MediaError("cannot write the head of the file: " + log.reason(result),
                     av_error_name(result));
  for (std::size_t i = 0; i < streams_.size(); ++i)
    streams_[i].file = format_->streams[i]->time_base;
  std::vector<AVRational> bases;
  for (const Stream& s : streams_) bases.push_back(s.file);
  const Beginnings how = needs_its_end() ? Beginnings::muxer
                         : fragments_    ? Beginnings::edit_lists
                                         : Beginnings::container;
  const auto zeros = stream_zeros(settings_.container, how, streams, bases);
  for (std::size_t i = 0; i < streams_.size(); ++i) streams_[i].zero = zeros[i];
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
  return index_bytes_per_sample * count_ + bytes_beside_all + movie_.head_bytes();
}

/// The same, and what may come before it from an encoder and the wait for other streams.
std::int64_t Muxer::tail() const noexcept {
  return index_bytes_per_sample * count_ + recent_bytes_ + interleaver_.bytes() +
         movie_.head_bytes();
}

void Muxer::commit_head() {
  std::vector<std::uint64_t> zeros;
  for (const Stream& s : streams_) zeros.push_back(static_cast<std::uint64_t>(s.zero));
  if (fragments_) movie_.begin(output_.pending(), zeros);
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

/// `pushed_out`: with the packet, the muxer wrote bytes.
void Muxer::note_written(StreamId stream, const PacketTally& one, bool pushed_out) {
  if (pushed_out && holds_last_packet()) {
    // Only then is it known how long the last one is shown.
    if (!settings_.container.last_duration_option.empty())
      ledger_.set_held_end(stream, one.end - 1);
    ledger_.release_held();
  }
  if (fragments_ || needs_its_end() || holds_last_packet())
    ledger_.hold(stream, one);
  else
    ledger_.gather(stream, one);
}

/// With all that is still to come if it is the last one.
bool Muxer::has_room_for(const AVPacket& packet) const {
  if (!settings_.limit || (!has_picture_ && settings_.limit->first_picture_anyway)) return true;
  const std::int64_t on_the_way =
      ledger_.gathered_bytes() + (needs_its_end() ? 0 : ledger_.held_bytes());
  return output_.committed() + on_the_way + cost(packet.size) + index_bytes_per_sample +
             tail_end() <=
         settings_.limit->bytes;
}

void Muxer::end_fragment() {
  check(av_write_frame(format_.get(), nullptr), "write a fragment");
  // Without this the next packet would be put where the last one of this fragment seems to end.
  if (fragments_) av_opt_set(format_->priv_data, "movflags", "+frag_discont", 0);
  fragment_start_.reset();
  fragment_bytes_ = 0;
  ledger_.release_held();
}

void Muxer::commit() {
  if (output_.lost_piece()) return;
  if (!output_.pending().empty()) write_piece();
  ledger_.keep_gathered();
}

void Muxer::write_piece() {
  // The table must not hold what the disk does not.
  if (fragments_ && output_.is_file())
    output_.commit(tail(), [this](mp4::Bytes bytes, std::int64_t at) { movie_.add(bytes, at); });
  else
    output_.commit(tail());
  if (settings_.fragment && (fragments_ || now() - last_sync_ >= fragment_time(settings_))) {
    output_.sync_soon();
    last_sync_ = now();
  }
}

void Muxer::write(AVPacket& packet, StreamId stream) {
  packet.stream_index = stream;
  ledger_.given(stream);
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

/// Brings its times to the file's.
void Muxer::place(AVPacket& packet, Stream& stream) const {
  av_packet_rescale_ts(&packet, stream.packets, stream.file);
  packet.dts += stream.zero;
  packet.pts += stream.zero;
  if (!fragments_) return;
  // How much earlier than shown the first picture is decoded depends on when the next ones come.
  packet.dts = std::max(packet.dts, stream.next);
  packet.pts = std::max(packet.pts, packet.dts);
  stream.next = packet.dts + 1;
}

void Muxer::write_now(AVPacket& packet) {
  if (output_.lost_piece()) return av_packet_unref(&packet);
  // A later one that is small enough could not be played without it.
  full_ = full_ || !has_room_for(packet);
  if (full_) {
    av_packet_unref(&packet);
    throw SizeReached("the file has reached the size that was asked for");
  }
  const StreamId id = packet.stream_index;
  Stream& stream = streams_[static_cast<std::size_t>(id)];
  const Duration decoded = to_duration(packet.dts, stream.packets);
  if (!fragment_start_) {
    fragment_start_ = decoded;
    fragment_opened_ = now();
  }
  fragment_bytes_ += packet.size;
  const bool due = fragment_is_due(packet, stream);
  recent_bytes_ += packet.size - recent_bytes_ / held_back;
  stream.last_shown = packet.pts;
  if (!stream.ended) stream.end = std::max(stream.end, packet.pts + packet.duration);
  const PacketTally one{1, packet.pts + packet.duration, cost(packet.size)};
  place(packet, stream);
  const std::int64_t before = avio_tell(format_->pb);
  LogCapture log;
  const int result = av_write_frame(format_.get(), &packet);
  av_packet_unref(&packet);
  check(result, "write a picture");
  note_written(id, one, avio_tell(format_->pb) != before);
  ++count_;
  if (id == pictures) has_picture_ = true;
  if (due && grows_in_pieces()) end_fragment();
  if (!fragments_ || due) commit();
  output_.check_space();
}

void Muxer::make_ordinary() {
  if (movie_.empty()) return;
  std::vector<mp4::Span> spans;
  for (const Stream& s : streams_) {
    const std::int64_t end = av_rescale_q(s.end, s.packets, s.file);
    spans.push_back({static_cast<std::uint64_t>(s.zero),
                     static_cast<std::uint64_t>(std::max<std::int64_t>(end, 1))});
  }
  movie_.finish(output_, spans);
  keep_ends();
  output_.sync();
}

/// The file tells how long each stream lasts.
void Muxer::keep_ends() {
  for (std::size_t i = 0; i < streams_.size(); ++i)
    ledger_.set_kept_end(static_cast<StreamId>(i), streams_[i].end);
}

void Muxer::write_trailer() {
  const std::string option(settings_.container.last_duration_option);
  if (!option.empty()) {
    const Stream& s = streams_.front();
    const std::int64_t last = av_rescale_q(s.end - s.last_shown, s.packets, s.file);
    av_opt_set_int(format_.get(), option.c_str(), last, AV_OPT_SEARCH_CHILDREN);
  }
  check(av_write_trailer(format_.get()), "write the end of the file");
  ledger_.release_held();
  commit();
  if (!option.empty()) keep_ends();
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
    ledger_.forget_kept();
    throw;
  }
}

/// A stream whose last packets are not there ends before them.
void Muxer::end_with_what_is_there() {
  for (std::size_t i = 0; i < streams_.size(); ++i)
    if (const auto end = ledger_.early_end(static_cast<StreamId>(i), output_.whole()))
      streams_[i].end = *end;
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
  end_with_what_is_there();
  failure.attempt([&] {
    if (output_.whole()) write_trailer();
    if (fragments_ && output_.is_file()) make_ordinary();
    if (!fragments_ && settings_.fragment) output_.sync();
  });
  failure.attempt([&] { check_present(); });
  discarded_ = ledger_.kept(pictures).packets == 0 && output_.is_file();
  if (discarded_)
    output_.discard();
  else
    failure.attempt([&] { output_.close(); });
  failure.rethrow();
}

}  // namespace rustcam
