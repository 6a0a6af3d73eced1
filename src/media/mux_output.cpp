#include "media/mux_output.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/first_failure.h"

namespace rustcam {
namespace {

constexpr int avio_buffer_bytes = 64 * 1024;
/// A recording's last pictures still in the encoder, and the odds and ends of a trailer.
constexpr std::int64_t least_tail = 64 * 1024;

}  // namespace

MuxOutput::MuxOutput(File file, bool random_access)
    : file_(std::move(file)), random_access_(random_access) {
  can_set_aside_ = file_.seekable();
  auto* buffer = static_cast<unsigned char*>(av_malloc(avio_buffer_bytes));
  if (buffer == nullptr) throw std::bad_alloc();
  avio_.reset(avio_alloc_context(buffer, avio_buffer_bytes, 1, this, nullptr,
                                 &MuxOutput::write_packet,
                                 random_access ? &MuxOutput::seek : nullptr));
  if (!avio_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  avio_->seekable = random_access ? AVIO_SEEKABLE_NORMAL : 0;
  if (file_.seekable()) background_sync_ = std::make_unique<BackgroundSync>(file_);
}

int MuxOutput::write_packet(void* opaque, WrittenByte* data, int size) noexcept {
  auto& self = *static_cast<MuxOutput*>(opaque);
  try {
    self.accept(std::as_bytes(std::span(data, static_cast<std::size_t>(size))));
    return size;
  } catch (...) {
    if (!self.failure_) self.failure_ = std::current_exception();
    self.lose_piece();
    return AVERROR(EIO);
  }
}

std::int64_t MuxOutput::seek(void* opaque, std::int64_t offset, int whence) noexcept {
  auto& self = *static_cast<MuxOutput*>(opaque);
  const std::int64_t end = std::max(
      self.committed(), self.pending_offset_ + static_cast<std::int64_t>(self.pending_.size()));
  if (whence == AVSEEK_SIZE) return end;
  if (whence == SEEK_CUR) offset += self.position_;
  if (whence == SEEK_END) offset += end;
  if (offset < 0) return AVERROR(EINVAL);
  self.position_ = offset;
  return offset;
}

void MuxOutput::accept(std::span<const std::byte> bytes) {
  if (lost_piece_) return;
  if (!random_access_) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return;
  }
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t inside = position_ - pending_offset_;
  const auto held = static_cast<std::int64_t>(pending_.size());
  if (inside >= 0 && inside <= held) {
    const auto at = static_cast<std::size_t>(inside);
    pending_.resize(std::max(pending_.size(), at + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), pending_.begin() + inside);
  } else {
    commit(0);
    if (position_ == pending_offset_)
      pending_.assign(bytes.begin(), bytes.end());
    else
      write_at(position_, bytes);
  }
  position_ += size;
}

std::vector<std::byte>& MuxOutput::pending() {
  avio_flush(avio_.get());
  rethrow();
  return pending_;
}

void MuxOutput::set_space_aside(std::int64_t end, std::int64_t tail) {
  if (!can_set_aside_ || out_of_space_) return;
  largest_piece_ = std::max(largest_piece_, end - pending_offset_);
  const std::int64_t needed = end + std::max(least_tail, tail + 2 * largest_piece_);
  if (needed <= set_aside_until_) return;
  const std::int64_t ahead = (needed - end) * 2;
  for (const std::int64_t until : {end + ahead, needed}) {
    try {
      can_set_aside_ = file_.reserve(pending_offset_, until - pending_offset_);
      set_aside_until_ = until;
      return;
    } catch (const DiskFull&) {
      out_of_space_ = until == needed;
      if (out_of_space_) space_warning_ = std::current_exception();
    }
  }
}

void MuxOutput::lose_piece() noexcept {
  pending_.clear();
  lost_piece_ = true;
}

void MuxOutput::put_pending(std::int64_t tail) {
  if (!file_.seekable()) return file_.write(pending_);
  file_.check_present();
  set_space_aside(pending_offset_ + static_cast<std::int64_t>(pending_.size()), tail);
  file_.write_at(pending_offset_, pending_);
}

void MuxOutput::commit(std::int64_t tail, const Written& written) {
  if (pending_.empty()) return;
  const auto size = static_cast<std::int64_t>(pending_.size());
  try {
    put_pending(tail);
  } catch (const DiskFull&) {
    lose_piece();
    throw;
  } catch (const MediaError&) {
    // A pipe has taken some of it, nobody knows how much.
    if (!file_.seekable()) lose_piece();
    throw;
  }
  const std::int64_t offset = std::exchange(pending_offset_, pending_offset_ + size);
  end_.store(std::max(committed(), pending_offset_), std::memory_order_relaxed);
  std::vector<std::byte> bytes;
  bytes.swap(pending_);
  if (written) written(bytes, offset);
  bytes.clear();
  pending_.swap(bytes);  // for its memory
}

void MuxOutput::commit_available() {
  const auto taken = static_cast<std::ptrdiff_t>(file_.write_available(pending_));
  pending_.erase(pending_.begin(), pending_.begin() + taken);
  pending_offset_ += taken;
  end_.store(pending_offset_, std::memory_order_relaxed);
}

void MuxOutput::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  file_.write_at(offset, bytes);
  end_.store(std::max(committed(), offset + static_cast<std::int64_t>(bytes.size())),
             std::memory_order_relaxed);
}

void MuxOutput::sync() {
  if (!background_sync_) return;
  background_sync_->request();
  background_sync_->wait();
}

void MuxOutput::sync_soon() {
  if (background_sync_) background_sync_->request();
}

void MuxOutput::check_space() {
  if (space_warning_) std::rethrow_exception(std::exchange(space_warning_, nullptr));
}

void MuxOutput::rethrow() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void MuxOutput::close() {
  if (background_sync_) background_sync_->end();
  if (!file_.is_open()) return;
  FirstFailure failure;
  failure.attempt([&] {
    if (file_.seekable()) file_.truncate(committed());
  });
  failure.attempt([&] { file_.close(); });
  failure.rethrow();
}

void MuxOutput::discard() noexcept {
  background_sync_.reset();
  file_.discard();
}

}  // namespace rustcam
