#include "audio/pulse/record_stream.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>

#include "base/error.h"

namespace rustcam::pulse {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// The sink wakes up as often as this wants, so less costs more. PipeWire tells times by its
/// cycles, which are at most as long: shorter ones are told better.
constexpr Duration usual_fragment = milliseconds(20);
constexpr Duration pipewire_fragment = milliseconds(10);
/// Between two questions about time. The first ones come faster.
constexpr Duration time_interval = milliseconds(250);
constexpr Duration first_interval = milliseconds(20);
constexpr int first_answers = 5;
/// For an answer. A server that is asked four times a second owes it.
constexpr Duration answer_patience = std::chrono::seconds(3);
/// A program that was stopped finds answers overdue that have come, and reads them meanwhile.
constexpr Duration overdue_patience = std::chrono::seconds(1);
/// Before so many have come, nobody knows which of them were late.
constexpr int needed_answers = 3;
/// Samples that come after such a pause may not follow those before it: the device has slept, or we
/// have.
constexpr Duration pause = milliseconds(200);
/// If samples are farther than this from where those before them end, something was lost.
constexpr Duration seam = milliseconds(10);

Duration distance(TimePoint a, TimePoint b) {
  return a < b ? b - a : a - b;
}

}  // namespace

Duration fragment_for(const ServerFacts& server) noexcept {
  return server.pipewire ? pipewire_fragment : usual_fragment;
}

RecordStream::RecordStream(Connection& connection, const StreamRequest& request)
    : connection_(connection),
      frame_bytes_(sizeof(float) * request.spec.channels),
      times_(static_cast<int>(request.spec.rate)) {
  const ClientLibrary& l = library();
  stream_.reset(l.stream_new(connection.context(), "recording", &request.spec, &request.map));
  if (stream_ == nullptr)
    throw DeviceError("the sound server makes no stream (" + connection.reason() + ")");
  l.stream_set_suspended_callback(
      stream_.get(),
      [](pa_stream* stream, void* self) {
        if (library().stream_is_suspended(stream) == 0)
          static_cast<RecordStream*>(self)->distrust(false);
      },
      this);
  l.stream_set_overflow_callback(
      stream_.get(),
      [](pa_stream*, void* self) { static_cast<RecordStream*>(self)->distrust(true); }, this);
  if (request.sink_input)
    static_cast<void>(l.stream_set_monitor_stream(stream_.get(), *request.sink_input));
  pa_buffer_attr buffer{};
  buffer.maxlength = static_cast<std::uint32_t>(-1);
  buffer.tlength = buffer.prebuf = buffer.minreq = static_cast<std::uint32_t>(-1);
  buffer.fragsize = static_cast<std::uint32_t>(frame_bytes_ * request.spec.rate *
                                               static_cast<std::size_t>(request.fragment.count()) /
                                               1'000'000'000);
  const auto flags = static_cast<pa_stream_flags_t>(PA_STREAM_DONT_MOVE | PA_STREAM_ADJUST_LATENCY |
                                                    PA_STREAM_START_UNMUTED);
  const char* source = request.source.empty() ? nullptr : request.source.c_str();
  if (l.stream_connect_record(stream_.get(), source, &buffer, flags) < 0)
    throw DeviceError("the sound server refuses a stream (" + connection.reason() + ")");
}

RecordStream::~RecordStream() {
  const ClientLibrary& l = library();
  l.stream_set_suspended_callback(stream_.get(), nullptr, nullptr);
  l.stream_set_overflow_callback(stream_.get(), nullptr, nullptr);
  if (state() == PA_STREAM_READY || opening()) l.stream_disconnect(stream_.get());
}

bool RecordStream::knows_time() const noexcept {
  return answers_ >= needed_answers;
}

void RecordStream::ask_time() {
  asked_at_ = now();
  const ClientLibrary& l = library();
  // The server's answer about time leaves out what it holds back as long as a program may take it
  // back. It tells that elsewhere.
  held_question_.ask(l.context_get_source_output_info(
      connection_.context(), l.stream_get_index(stream_.get()),
      [](pa_context*, const pa_source_output_info* info, int, void* self) {
        if (info != nullptr)
          static_cast<RecordStream*>(self)->held_ =
              microseconds(static_cast<std::int64_t>(info->buffer_usec));
      },
      this));
  time_question_.ask(l.stream_update_timing_info(
      stream_.get(),
      [](pa_stream*, int answered, void* self) {
        if (answered != 0) static_cast<RecordStream*>(self)->learn_time();
      },
      this));
}

// The server tells how much it has written for us, how old the newest of that is (on its way from
// the device), and when that was. What a sink has not played yet is younger than now: so the times
// are those at which a sound is heard.
void RecordStream::learn_time() {
  const TimePoint arrived = now();
  const pa_timing_info* info = library().stream_get_timing_info(stream_.get());
  if (info == nullptr || info->write_index_corrupt != 0 || info->read_index_corrupt != 0) return;
  const auto frames = [&](std::int64_t bytes) {
    return bytes / static_cast<std::int64_t>(frame_bytes_);
  };
  const auto us = [](pa_usec_t value) { return microseconds(static_cast<std::int64_t>(value)); };
  const std::int64_t ahead = info->write_index - info->read_index;
  const auto here = static_cast<std::int64_t>(library().stream_readable_size(stream_.get()));
  // What waits for the way to us is in either answer.
  const Duration held = std::max<Duration>(held_ - times_.lasting(frames(ahead - here)), {});
  const TimePoint made =
      arrived - us(info->transport_usec) - us(info->source_usec) + us(info->sink_usec) - held;
  if (times_.learn(position_ + frames(ahead), made)) broken_ = true;
  if (times_.doubtful()) answers_ = std::min(answers_, needed_answers);
  if (answers_ < first_answers) ++answers_;
  if (!expected_ || !knows_time()) return;
  if (distance(times_.at(position_), *expected_) > seam) broken_ = true;
  expected_.reset();
}

void RecordStream::distrust(bool lost) {
  broken_ = broken_ || lost;
  if (knows_time()) expected_ = times_.at(position_);
  times_.forget();
  answers_ = 0;
  held_question_.drop();
  time_question_.drop();  // an answer that is on its way may be from before
  asked_at_ = {};
}

void RecordStream::look_whether_it_hangs(TimePoint at) {
  if (!time_question_.open() || at - asked_at_ <= answer_patience)
    overdue_since_.reset();
  else if (!overdue_since_)
    overdue_since_ = at;
  else
    hangs_ = at - *overdue_since_ > overdue_patience;
}

bool RecordStream::take_next(SoundBlock& block) {
  const void* data = nullptr;
  std::size_t bytes = 0;
  if (library().stream_peek(stream_.get(), &data, &bytes) < 0 || bytes == 0) return false;
  const std::size_t frames = bytes / frame_bytes_;
  block.frames = static_cast<std::int64_t>(frames);
  block.samples = {};
  if (data != nullptr) {  // else it is a hole: silence
    samples_.resize(frames * frame_bytes_ / sizeof(float));
    std::memcpy(samples_.data(), data, frames * frame_bytes_);
    block.samples = samples_;
  }
  library().stream_drop(stream_.get());
  position_ += block.frames;
  return true;
}

bool RecordStream::take(SoundBlock& block) {
  if (state() != PA_STREAM_READY) return false;
  const ClientLibrary& l = library();
  const TimePoint at = now();
  const bool waits = l.stream_readable_size(stream_.get()) != 0;
  if (waits) {
    if (knows_time() && at - came_at_ > pause) distrust(false);
    came_at_ = at;
  }
  look_whether_it_hangs(at);
  if (!time_question_.open() &&
      at - asked_at_ >= (answers_ < first_answers ? first_interval : time_interval))
    ask_time();
  if (!waits || !knows_time()) return false;
  const TimePoint made = times_.at(position_);
  if (!take_next(block)) return false;
  block.made = made;
  block.broken = broken_;
  broken_ = false;
  return true;
}

}  // namespace rustcam::pulse
