#include "capture/capturer.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "capture/registry.h"
#include "capture/update_stream.h"

namespace rustcam {
namespace {

SourceRecipe recipe_of(const Selection& selection, bool cursor, RecoveryPolicy recovery) {
  SourceRecipe recipe;
  recipe.session = selection.session;
  recipe.region = selection.region;
  recipe.cursor = cursor;
  recipe.patience = selection.patience;
  recipe.recovery = recovery;
  return recipe;
}

Selection selection_of(const CapturerOptions& options) {
  TargetRequest request;
  request.backend = options.backend;
  if (options.output) request.output = options.output->text;
  request.device = options.device;
  if (options.region) request.region = RegionRequest{*options.region, false};
  return select_target(request);
}

/// Nothing was handed out although the source is there: the caller holds all there is.
template <typename T>
std::optional<T> unless_held(std::optional<T> taken, const ScreenReader& reader) {
  if (!taken && !reader.lost())
    throw CaptureError("every picture of the pool is held; let go of some frames");
  return taken;
}

}  // namespace

Capturer::Capturer(const CapturerOptions& options)
    : Capturer(selection_of(options), options.cursor, options.recovery) {}

Capturer::Capturer(const Selection& selection, bool cursor, RecoveryPolicy recovery)
    : recipe_(recipe_of(selection, cursor, recovery)) {
  direct();
}

Capturer::~Capturer() {
  stop();
}

void Capturer::require_idle(const char* what) const {
  if (std::this_thread::get_id() != owner_)
    throw std::logic_error(std::string(what) + " belongs to the thread that made the Capturer");
  if (running())
    throw std::logic_error(std::string(what) + " cannot be called while " +
                           (stream_has_slots_ ? "frames()" : "start()") +
                           " runs; call stop() first");
}

ScreenReader& Capturer::direct() {
  if (!direct_) {
    direct_ = std::make_unique<ScreenReader>(recipe_);
    describe();
  }
  return *direct_;
}

void Capturer::describe() {
  const std::lock_guard lock(mutex_);
  target_ = direct_->source().target();
  region_ = direct_->region();
  loss_ = direct_->lost() ? direct_->source().lost_error() : std::string();
}

/// Reads updates until `take` makes something of a new desktop frame.
template <typename Take>
auto Capturer::take_next(Duration timeout, Take take)
    -> decltype(take(std::declval<ScreenReader&>())) {
  const TimePoint deadline = now() + timeout;
  ScreenReader& reader = direct();
  for (;;) {
    const bool was_lost = reader.lost();
    SourceEvent event{};
    try {
      // One left over from a call that had no picture to put it in is not waited for.
      event = reader.next(reader.frame_pending() ? now() : deadline);
    } catch (const AccessLost&) {
      describe();
      throw;
    }
    if (event == SourceEvent::changed || reader.lost() != was_lost) describe();
    if (reader.frame_pending())
      if (auto taken = take(reader)) return taken;
    if (event != SourceEvent::updated && event != SourceEvent::changed && !reader.lost())
      return std::nullopt;
    if (reader.lost() && now() >= deadline) return std::nullopt;
  }
}

Rect Capturer::on_picture(const Rect& region) const {
  require_inside(region, output_info());
  const Rect whole = this->region();
  if (!whole.contains(region))
    throw UsageError("the region " + to_string(region) + " lies outside the captured one, " +
                     to_string(whole) + " (" + to_string(whole.size()) + ")");
  return translate(region, -whole.left, -whole.top);
}

std::optional<Frame> Capturer::grab(const GrabOptions& options) {
  require_idle("grab()");
  if (options.region) on_picture(*options.region);
  std::optional<Frame> frame = take_next(
      options.timeout, [](ScreenReader& reader) { return unless_held(reader.compose(), reader); });
  if (!frame) return std::nullopt;
  std::optional<Rect> part;
  if (options.region) part = on_picture(*options.region);
  return server_->serve(std::move(*frame), options.format, part);
}

std::optional<GpuFrame> Capturer::grab_gpu(Duration timeout, GpuOrder order) {
  require_idle("grab_gpu()");
  if (!direct().lost() && !direct().shares_textures())
    throw CaptureError("the back end " + recipe_.session->target().backend +
                       " shares no textures; use grab()");
  std::optional<GpuFrame> frame = take_next(timeout, [order](ScreenReader& reader) {
    std::optional<GpuFrame> shared = reader.share(order);
    return order == GpuOrder::strict ? shared : unless_held(std::move(shared), reader);
  });
  if (frame) frame->desktop_sequence = ++gpu_frames_;
  return frame;
}

template <typename Stream, typename... Arguments>
std::shared_ptr<Stream> Capturer::open_stream(bool has_slots, Arguments&&... arguments) {
  direct_.reset();
  auto stream =
      std::make_shared<Stream>(recipe_, std::forward<Arguments>(arguments)..., machine_clock());
  const std::lock_guard lock(mutex_);
  stream_ = stream;
  stream_has_slots_ = has_slots;
  return stream;
}

std::shared_ptr<CaptureStream> Capturer::running() const {
  const std::lock_guard lock(mutex_);
  return stream_ && !stream_->stopped() ? stream_ : nullptr;
}

void Capturer::start(const StartOptions& options) {
  require_idle("start()");
  if (options.video_mode && !options.target_fps)
    throw std::invalid_argument("a video mode needs a rate; set target_fps");
  if (options.target_fps)
    open_stream<SlotStream>(
        false, options.target_fps->rate,
        options.video_mode ? SlotStream::Latest::every_slot : SlotStream::Latest::new_frame,
        std::nullopt);
  else
    open_stream<UpdateStream>(false);
}

Frame Capturer::latest(Duration timeout, PixelFormat format) {
  std::shared_ptr<CaptureStream> stream;
  {
    const std::lock_guard lock(mutex_);
    if (!stream_has_slots_) stream = stream_;
  }
  if (!stream) throw std::logic_error("latest() needs start() first");
  Frame frame = stream->latest(timeout);
  return frame ? server_->serve(std::move(frame), format, std::nullopt) : frame;
}

void Capturer::stop() {
  const std::shared_ptr<CaptureStream> stream = running();
  if (!stream) return;
  stream->stop();
  const std::lock_guard lock(mutex_);
  target_ = stream->target();
  region_ = stream->region();
  loss_.clear();
}

FrameSequence Capturer::frames(const FramesOptions& options) {
  require_idle("frames()");
  auto stream = open_stream<SlotStream>(true, options.fps.rate, SlotStream::Latest::every_slot,
                                        std::optional(options.timeout));
  return {std::move(stream), server_, options.format};
}

bool Capturer::is_capturing() const {
  return running() != nullptr;
}

std::string Capturer::loss() const {
  if (const auto stream = running()) return stream->loss();
  const std::lock_guard lock(mutex_);
  return loss_;
}

Rect Capturer::region() const {
  if (const auto stream = running()) return stream->region();
  const std::lock_guard lock(mutex_);
  return region_;
}

TargetInfo Capturer::output_info() const {
  if (const auto stream = running()) return stream->target();
  const std::lock_guard lock(mutex_);
  return target_;
}

FrameSequence::FrameSequence(std::shared_ptr<SlotStream> stream,
                             std::shared_ptr<PictureServer> server, PixelFormat format)
    : stream_(std::move(stream)), server_(std::move(server)), format_(format) {}

FrameSequence::~FrameSequence() {
  if (stream_) stream_->stop();
}

void FrameSequence::advance() {
  current_.reset();
  std::optional<SlotStream::Slot> slot = stream_->slot(next_slot_);
  if (!slot) return;
  ++next_slot_;
  if (slot->frame.sequence != last_sequence_) {
    last_sequence_ = slot->frame.sequence;
    last_ = server_->serve(std::move(slot->frame), format_, std::nullopt);
  }
  current_ = SlotFrame{last_, slot->time};
}

FrameSequence::Iterator FrameSequence::begin() {
  if (next_slot_ == 0) advance();
  return Iterator(this);
}

FrameSequence::Iterator& FrameSequence::Iterator::operator++() {
  sequence_->advance();
  return *this;
}

std::vector<TargetInfo> list_outputs(std::string_view backend) {
  return find_backend(backend).targets(TargetKind::output);
}

std::vector<DeviceInfo> device_info(std::string_view backend) {
  return find_backend(backend).devices().value_or(std::vector<DeviceInfo>{});
}

}  // namespace rustcam
