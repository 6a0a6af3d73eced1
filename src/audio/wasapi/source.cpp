#include "audio/wasapi/source.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rustcam::wasapi {
namespace {

using namespace std::chrono_literals;

static_assert(flag_discontinuity == AUDCLNT_BUFFERFLAGS_DATA_DISCONTINUITY);
static_assert(flag_silent == AUDCLNT_BUFFERFLAGS_SILENT);
static_assert(flag_timestamp_error == AUDCLNT_BUFFERFLAGS_TIMESTAMP_ERROR);

/// Windows' own period. Events would be no better: each packet has its time, and for what is played
/// they come on new systems only, and never while nothing is.
constexpr Duration poll_interval = 10ms;

/// In units of 100 ns: a thread may be kept from running for so long before sound is lost.
constexpr REFERENCE_TIME buffer_length = 10'000'000;

}  // namespace

WasapiSource::WasapiSource(const Enumerator& enumerator, const Endpoint& endpoint, bool follow,
                           Before before, Clock& clock)
    : clock_(clock),
      device_(endpoint.device),
      client_(activate(endpoint, before)),
      format_(MixFormat(*client_, before).parsed()),
      reader_(format_, device_.kind == SoundKind::mic ? Road::input : Road::loopback) {
  device_.rate = format_.rate;
  device_.channels = format_.channels;
  start(before);
  if (follow) watch_ = std::make_unique<DefaultWatch>(enumerator, device_.kind, device_.id);
}

WasapiSource::~WasapiSource() {
  client_->Stop();
}

void WasapiSource::start(Before before) {
  const std::string what = "cannot record the sound device " + device_.name;
  const auto checked = [&](HRESULT result) {
    if (FAILED(result)) fail(result, what, before);
  };
  const MixFormat format(*client_, before);
  const DWORD flags = device_.kind == SoundKind::mic ? 0 : AUDCLNT_STREAMFLAGS_LOOPBACK;
  checked(client_->Initialize(AUDCLNT_SHAREMODE_SHARED, flags, buffer_length, 0, format.native(),
                              nullptr));
  checked(client_->GetService(__uuidof(IAudioCaptureClient), capture_.put_void()));
  checked(client_->Start());
}

SoundStatus WasapiSource::read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) return SoundStatus::cancelled;
    if (watch_ && watch_->moved()) return SoundStatus::moved;
    if (take_packet(block)) return SoundStatus::block;
    const TimePoint time = clock_.now();
    if (time >= deadline) return SoundStatus::timed_out;
    if (!clock_.sleep_until(std::min(deadline, time + poll_interval), stop))
      return SoundStatus::cancelled;
  }
}

bool WasapiSource::take_packet(SoundBlock& block) {
  const std::string what = "the sound device " + device_.name + " has stopped";
  const auto checked = [&](HRESULT result) {
    if (FAILED(result)) fail(result, what, Before::worked);
  };
  UINT32 waiting = 0;
  checked(client_->GetCurrentPadding(&waiting));
  BYTE* bytes = nullptr;
  UINT32 frames = 0;
  DWORD flags = 0;
  UINT64 position = 0;
  UINT64 told = 0;
  const HRESULT result = capture_->GetBuffer(&bytes, &frames, &flags, &position, &told);
  checked(result);
  if (result == AUDCLNT_S_BUFFER_EMPTY || frames == 0) return false;
  Packet packet;
  packet.frames = frames;
  packet.flags = flags;
  packet.bytes = std::span(reinterpret_cast<const std::byte*>(bytes),
                           (flags & flag_silent) != 0 ? 0 : frames * format_.frame_bytes());
  packet.told = qpc_.at_100ns(static_cast<std::int64_t>(told));
  packet.arrival = clock_.now();
  packet.waiting = waiting;
  block = reader_.read(packet);
  checked(capture_->ReleaseBuffer(frames));
  return true;
}

}  // namespace rustcam::wasapi
