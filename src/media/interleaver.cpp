#include "media/interleaver.h"

#include <algorithm>
#include <utility>

namespace rustcam {
namespace {

/// Memory is bounded whatever a stream's rate is.
constexpr std::int64_t max_bytes = std::int64_t{24} << 20;

Duration decoding_time(const AVPacket& packet, AVRational time_base) {
  return Duration(av_rescale_q(packet.dts, time_base, {1, 1'000'000'000}));
}

}  // namespace

Interleaver::Interleaver(const std::vector<AVRational>& time_bases, Duration longest)
    : queues_(time_bases.size()), longest_(longest) {
  for (std::size_t i = 0; i < time_bases.size(); ++i) queues_[i].time_base = time_bases[i];
}

void Interleaver::add(AVPacket& packet) {
  PacketPtr held;
  if (spare_.empty()) {
    held = make_packet();
  } else {
    held = std::move(spare_.back());
    spare_.pop_back();
  }
  Queue& queue = queues_[static_cast<std::size_t>(packet.stream_index)];
  latest_ = std::max(latest_, decoding_time(packet, queue.time_base));
  bytes_ += packet.size;
  av_packet_move_ref(held.get(), &packet);
  queue.packets.push_back(std::move(held));
}

void Interleaver::end_all() {
  for (Queue& queue : queues_) queue.ended = true;
}

Interleaver::Queue* Interleaver::earliest() {
  Queue* found = nullptr;
  for (Queue& queue : queues_) {
    if (queue.packets.empty()) continue;
    if (found == nullptr || av_compare_ts(queue.packets.front()->dts, queue.time_base,
                                          found->packets.front()->dts, found->time_base) < 0)
      found = &queue;
  }
  return found;
}

bool Interleaver::is_due(const Queue& earliest) const {
  const bool all_known = std::all_of(queues_.begin(), queues_.end(), [](const Queue& queue) {
    return queue.ended || !queue.packets.empty();
  });
  return all_known || bytes_ > max_bytes ||
         latest_ - decoding_time(*earliest.packets.front(), earliest.time_base) > longest_;
}

AVPacket* Interleaver::next() {
  if (given_) spare_.push_back(std::move(given_));
  Queue* queue = earliest();
  if (queue == nullptr || !is_due(*queue)) return nullptr;
  given_ = std::move(queue->packets.front());
  queue->packets.pop_front();
  bytes_ -= given_->size;
  return given_.get();
}

}  // namespace rustcam
