#include "capture/portal/reception.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "capture/portal/pods.h"

namespace rustcam::portal {
namespace {

/// One is with whoever reads, one waits to be read, one comes, one is written. If there are fewer,
/// none is kept, and pictures are copied instead.
constexpr std::size_t enough_buffers = 4;
/// The one read before is kept as well, to be compared with.
constexpr std::size_t enough_to_compare = 5;

/// After which a first picture is late, and how long at most between two tries for one.
constexpr Duration first_late = std::chrono::milliseconds(700);
constexpr Duration longest_late = std::chrono::seconds(2);
constexpr Duration rest_time = std::chrono::milliseconds(150);

constexpr std::string_view unreadable =
    "the desktop hands out this screen's pictures only in a GPU's memory that cannot be read from "
    "here; capture it another way (--backend wayland, if the desktop has that)";

/// A stream that ends before its format was settled: of a failure to agree, PipeWire tells only who
/// has made the link.
std::string no_agreement() {
  return "the desktop has ended the screen cast before any picture: most likely " +
         std::string(unreadable);
}

/// PipeWire's reason, for people.
std::string reason_of(const char* error) {
  const std::string_view told = error == nullptr ? "no reason is told" : error;
  if (told.find("no more input formats") != std::string_view::npos ||
      told.find("no more output formats") != std::string_view::npos)
    return std::string(unreadable) + " (PipeWire: " + std::string(told) + ")";
  return "the screen cast has failed (PipeWire: " + std::string(told) + ")";
}

/// Shared memory that PipeWire has mapped itself: it is gone once PipeWire takes the buffer back.
std::span<const std::uint8_t> lent_memory(const spa_buffer& buffer) {
  if (buffer.n_datas == 0) return {};
  const spa_data& data = buffer.datas[0];
  if (data.type != SPA_DATA_MemPtr || data.data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(data.data), data.maxsize};
}

BufferView copy_rows(const BufferView& from, std::vector<std::uint8_t>& into) {
  const auto row =
      static_cast<std::size_t>(from.size.width) * static_cast<std::size_t>(from.format->bytes);
  into.resize(row * static_cast<std::size_t>(from.size.height));
  for (std::int32_t y = 0; y < from.size.height; ++y)
    std::memcpy(into.data() + static_cast<std::size_t>(y) * row, from.data + y * from.stride, row);
  BufferView copy = from;
  copy.data = into.data();
  copy.stride = static_cast<std::ptrdiff_t>(row);
  return copy;
}

bool same_layout(const BufferView& one, const BufferView& other) {
  return one.format == other.format && one.size == other.size && one.transform == other.transform;
}

}  // namespace

Reception::Reception(bool keep_pointer, std::function<void()> changed)
    : keep_pointer_(keep_pointer), changed_(std::move(changed)) {
  status_.since = now();
  late_ = first_late;
}

Reception::~Reception() {
  end_reading(taken_);
  end_reading(before_);
}

void Reception::fail(const std::string& why) {
  if (failure_.empty()) failure_ = why;
  follow_state();
}

void Reception::lose_pipewire(const std::string& why) {
  if (failure_.empty()) status_.gone = true;
  fail(why);
}

void Reception::follow_state() {
  Stream::State state = Stream::State::beginning;
  if (!failure_.empty())
    state = Stream::State::failed;
  else if (format_ && stream_state_ == PW_STREAM_STATE_STREAMING)
    state = Stream::State::streaming;
  else if (format_ && stream_state_ == PW_STREAM_STATE_PAUSED)
    state = Stream::State::paused;
  if (state == status_.state) return;
  status_.state = state;
  status_.since = now();
  changed_();
}

void Reception::state_changed(pw_stream_state state, const char* error) {
  if (state == PW_STREAM_STATE_ERROR)
    fail(reason_of(error));
  else if (state == PW_STREAM_STATE_UNCONNECTED && stream_state_ != state)
    fail(had_format_ ? "the desktop has ended the screen cast's stream" : no_agreement());
  stream_state_ = state;
  follow_state();
}

void Reception::format_changed(const spa_pod* format) {
  // The pictures of before are not what is to come.
  give_back(newest_.buffer);
  newest_.there = false;
  shown_.reset();
  format_ = read_format(format);
  had_format_ = had_format_ || format_;
  if (format != nullptr && !format_) {
    fail(std::string(unreadable));
  } else if (format_) {
    const Pods pods = Pods::buffers(*format_, keep_pointer_);
    std::vector<const spa_pod*> list = pods.list();
    pipewire().stream_update_params(stream_, list.data(), static_cast<std::uint32_t>(list.size()));
  }
  follow_state();
  changed_();
}

void Reception::add_buffer(pw_buffer* buffer) {
  if (!format_) return;
  auto memory = std::make_shared<const BufferMemory>(*buffer->buffer, format_->dmabuf);
  if (memory->bytes().empty() && lent_memory(*buffer->buffer).empty())
    fail("the memory in which the desktop hands out pictures cannot be mapped; is there enough?");
  memories_[buffer] = std::move(memory);
}

// Its memory, if it is ours, can still be read by whoever has taken the picture.
void Reception::remove_buffer(pw_buffer* buffer) {
  memories_.erase(buffer);
  for (Picture* picture : {&newest_, &taken_, &before_})
    if (picture->buffer == buffer) {
      picture->buffer = nullptr;
      picture->intact = false;
    }
}

void Reception::give_back(pw_buffer*& buffer) noexcept {
  if (buffer != nullptr && stream_ != nullptr) pipewire().stream_queue_buffer(stream_, buffer);
  buffer = nullptr;
}

void Reception::end_reading(Picture& picture) noexcept {
  if (picture.memory) picture.memory->end_reading();
  picture.memory.reset();
  give_back(picture.buffer);
}

Reception::Nudge Reception::nudge(TimePoint at) noexcept {
  if (resting_since_) {
    if (at - *resting_since_ < rest_time) return Nudge::none;
    resting_since_.reset();
    begun_again_ = at;
    return Nudge::go_on;
  }
  if (shown_) late_ = first_late;
  if (shown_ || status_.state != Stream::State::streaming) return Nudge::none;
  if (at - std::max(status_.since, begun_again_) < late_) return Nudge::none;
  resting_since_ = at;
  late_ = std::min(late_ * 2, longest_late);
  return Nudge::rest;
}

void Reception::receive_all() {
  while (pw_buffer* buffer = pipewire().stream_dequeue_buffer(stream_)) receive(buffer);
}

void Reception::receive(pw_buffer* buffer) {
  const auto found = memories_.find(buffer);
  if (!format_ || found == memories_.end()) {
    give_back(buffer);
    return;
  }
  const std::span<const std::uint8_t> mapped = found->second->bytes();
  const BufferFacts facts =
      facts_of(*buffer->buffer, mapped.empty() ? lent_memory(*buffer->buffer) : mapped);
  const BufferNews news = read_buffer(facts, *format_);
  if (keep_pointer_ && pointer_.note(facts.cursor)) changed_();
  changes_.note(news);
  if (!news.picture) {
    give_back(buffer);
    return;
  }
  newest_.arrived = now();
  newest_.presented = times_.believe(news.pts, newest_.arrived);
  shown_ = news.picture->transform.upright(news.picture->size);
  keep(buffer, *news.picture);
  changed_();
}

void Reception::keep(pw_buffer* buffer, const BufferView& view) {
  give_back(newest_.buffer);
  const std::shared_ptr<const BufferMemory>& memory = memories_.at(buffer);
  newest_.there = true;
  newest_.intact = true;
  if (!memory->bytes().empty() && memories_.size() >= enough_buffers) {
    newest_.view = view;
    newest_.buffer = buffer;
    newest_.memory = memory;
    return;
  }
  memory->begin_reading();
  newest_.view = copy_rows(view, newest_.copy);
  memory->end_reading();
  newest_.memory.reset();
  give_back(buffer);
}

std::optional<Size> Reception::size() const noexcept {
  if (!format_) return std::nullopt;
  return shown_.value_or(format_->size);
}

std::optional<Arrival> Reception::take() {
  if (!newest_.there) return std::nullopt;
  give_back_before();
  // In turn, so that each keeps the memory that it copies into.
  std::swap(before_, taken_);
  std::swap(taken_, newest_);
  newest_.there = false;
  if (taken_.memory) taken_.memory->begin_reading();
  Changes::Sum changes = changes_.take();
  Arrival arrival{taken_.view,   {}, std::move(changes.damage), taken_.presented, taken_.arrived,
                  changes.frames};
  const bool spare = !before_.memory || memories_.size() >= enough_to_compare;
  if (!arrival.damage && before_.intact && spare && same_layout(before_.view, taken_.view))
    arrival.before = before_.view;
  else
    give_back_before();
  return arrival;
}

bool Reception::give_back_before() {
  const bool believable = before_.intact;
  before_.intact = false;
  end_reading(before_);
  return believable;
}

}  // namespace rustcam::portal
