#include "capture/dda/source.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "capture/dda/hresult.h"
#include "capture/dda/metadata.h"

namespace rustcam::dda {

namespace {

/// AcquireNextFrame cannot be woken, so that this is how late a stop request may be noticed.
constexpr Duration longest_wait = std::chrono::milliseconds(25);
/// The first frames after opening can be black, or older than the first present.
constexpr Duration better_first_frame = std::chrono::milliseconds(100);

}  // namespace

DdaSource::DdaSource(const TargetInfo& wanted, const SourceOptions& options,
                     std::shared_ptr<const Graphics> kept)
    : DdaSource(options, std::make_unique<InputDesktop>(), open_output(wanted, std::move(kept))) {}

DdaSource::DdaSource(const SourceOptions& options, std::unique_ptr<InputDesktop> desktop,
                     Opened opened)
    : options_(options),
      input_desktop_(std::move(desktop)),
      output_(std::move(opened.output)),
      graphics_(std::move(opened.graphics)),
      device_(graphics_->device),
      duplication_(output_, device_.device()),
      staging_(device_),
      readback_(output_.info.sdr_white_nits.value_or(default_sdr_white_nits)) {
  output_.info.rotation = duplication_.rotation();
  describe();
  open_textures();
}

/// A refusal belongs to what people are told of the output.
void DdaSource::describe() {
  if (device_.priority_refusal().empty()) return;
  std::string& text = output_.info.description;
  text +=
      (text.empty() ? "" : "; ") + ("GPU priority refused (" + device_.priority_refusal() + ")");
}

AcquireStatus DdaSource::acquire(TimePoint deadline, std::stop_token stop) {
  release();
  try {
    return wait_for_frame(deadline, stop);
  } catch (const AccessLost& lost) {
    release();
    loss_ = {lost.native_code(), lost.what()};
    return AcquireStatus::access_lost;
  } catch (...) {
    release();
    throw;
  }
}

AcquireStatus DdaSource::wait_for_frame(TimePoint deadline, const std::stop_token& stop) {
  constexpr Duration tick = std::chrono::milliseconds(1);
  for (;;) {
    if (stop.stop_requested()) return AcquireStatus::cancelled;
    if (held_ && now() >= held_->until) return deliver_held();
    const TimePoint until = held_ ? std::min(deadline, held_->until) : deadline;
    const Duration left = std::clamp(until - now(), Duration::zero(), longest_wait);

    DXGI_OUTDUPL_FRAME_INFO info{};
    win32::ComPtr<ID3D11Texture2D> texture;
    const HRESULT result = duplication_.acquire(static_cast<UINT>(left / tick), info, texture);
    switch (outcome_of(result)) {
      case Outcome::success:
        if (const auto status = take(info, std::move(texture))) return *status;
        break;
      case Outcome::nothing_yet:
        // The rest of a millisecond, which AcquireNextFrame cannot wait for.
        if (left > Duration::zero() && left < tick) timer_.sleep_until(until);
        if (now() >= deadline && !(held_ && now() >= held_->until)) return AcquireStatus::timed_out;
        break;
      case Outcome::lost:
      case Outcome::refused:
        throw AccessLost("lost " + output_.info.name + ": " + explain(result), code_text(result));
    }
  }
}

std::optional<AcquireStatus> DdaSource::take(const DXGI_OUTDUPL_FRAME_INFO& info,
                                             win32::ComPtr<ID3D11Texture2D> texture) {
  const bool pointer_changed = follow_pointer(info);
  const bool presented = info.LastPresentTime.QuadPart != 0;
  if (presented || !canvas_) {
    D3D11_TEXTURE2D_DESC frame{};
    texture->GetDesc(&frame);
    const bool resized = take_size(frame);
    take_pixels(info, *texture);
    if (resized) {
      texture.reset();
      release();
      held_ = {now(), presented_at(info), info.ProtectedContentMaskedOut != FALSE};
      return AcquireStatus::resized;
    }
  }
  texture.reset();  // the system wants it back before the frame
  if (!first_delivered_) {
    if (!presented || canvas_is_black()) {
      // The time counts from here: the first read-back of all can be slow.
      if (!held_) held_ = Held{now() + better_first_frame, presented_at(info)};
      held_->masked = info.ProtectedContentMaskedOut != FALSE;
      release();
      return std::nullopt;
    }
    held_.reset();
    first_delivered_ = true;
    update_ = {.presented = presented_at(info),
               .accumulated_frames = std::max(1U, info.AccumulatedFrames),
               .protected_content_masked = info.ProtectedContentMaskedOut != FALSE};
    return AcquireStatus::updated;
  }
  if (!presented && !(pointer_changed && options_.pointer)) {
    release();
    return std::nullopt;
  }
  if (!presented) dirty_.clear();
  update_ = {.presented = presented ? presented_at(info) : update_.presented,
             .accumulated_frames = presented ? std::max(1U, info.AccumulatedFrames) : 0U,
             .dirty = &dirty_,
             .protected_content_masked = info.ProtectedContentMaskedOut != FALSE};
  return AcquireStatus::updated;
}

AcquireStatus DdaSource::deliver_held() {
  update_ = {.presented = held_->presented,
             .accumulated_frames = 1,
             .protected_content_masked = held_->masked};
  held_.reset();
  first_delivered_ = true;
  return AcquireStatus::updated;
}

bool DdaSource::follow_pointer(const DXGI_OUTDUPL_FRAME_INFO& info) {
  if (info.LastMouseUpdateTime.QuadPart == 0) return false;
  pointer_.visible = info.PointerPosition.Visible != FALSE;
  pointer_.top_left = {info.PointerPosition.Position.x, info.PointerPosition.Position.y};
  if (options_.pointer && info.PointerShapeBufferSize > 0) {
    if (auto shape = duplication_.pointer_shape(info)) pointer_.shape = std::move(shape);
  }
  return true;
}

/// Size and format are those of the texture, whatever was announced. True if the target's size
/// is another than before.
bool DdaSource::take_size(const D3D11_TEXTURE2D_DESC& frame) {
  if (!canvas_ || !canvas_->fits(frame)) {
    canvas_.reset();
    canvas_.emplace(device_, frame);
    first_delivered_ = false;
  }
  const Size size = upright_size(canvas_->size(), output_.info.rotation);
  if (size == output_.info.size()) return false;
  output_.info.desktop = Rect::of({output_.info.desktop.left, output_.info.desktop.top}, size);
  return true;
}

void DdaSource::take_pixels(const DXGI_OUTDUPL_FRAME_INFO& info, ID3D11Texture2D& texture) {
  // A first update holds everything, and so does the one that replaces it.
  const auto damage = first_delivered_ ? duplication_.damage(info, canvas_->size()) : std::nullopt;
  canvas_->update(device_, texture, damage);
  const Region native = damage ? *damage : Region(Rect::of(canvas_->size()));
  dirty_ = to_upright(native, canvas_->size(), output_.info.rotation);
}

bool DdaSource::canvas_is_black() {
  bool black = false;
  staging_.read(*canvas_, Rect::of(canvas_->size()),
                [&](const Staging::Read& read) { black = is_black(read); });
  return black;
}

TimePoint DdaSource::presented_at(const DXGI_OUTDUPL_FRAME_INFO& info) const {
  if (info.LastPresentTime.QuadPart == 0) return now();
  return std::min(clock_.at(info.LastPresentTime.QuadPart), now());
}

void DdaSource::open_textures() {
  if (!options_.textures) return;
  if (output_.info.hdr.value_or(false)) {
    texture_refusal_ = "the desktop is HDR, whose colours are brought into sRGB in memory";
    return;
  }
  try {
    textures_.emplace(*graphics_);
  } catch (const CaptureError& error) {
    texture_refusal_ = error.what();
  }
}

Picture DdaSource::make_picture(Size size) {
  if (!textures_) return FrameSource::make_picture(size);
  return textures_->make(size);
}

ReadCost DdaSource::read(const Region& region, Picture& picture, Point origin) {
  if (!canvas_) throw std::logic_error("a read before the first update");
  d3d11::BgraTexture* const texture = TexturePictures::texture_of(picture);
  if (!texture || !textures_) return read_into_memory(region, picture.view(), origin);
  if (!TexturePictures::takes(*canvas_, output_.info.rotation))
    return read_into_texture(region, *texture, origin);
  textures_->copy(*canvas_, output_.info.rotation, region, *texture, origin);
  return {};
}

ReadCost DdaSource::read_into_memory(const Region& region, const ImageView& picture, Point origin) {
  staging_.read(*canvas_, to_native(region, canvas_->size(), output_.info.rotation),
                [&](const Staging::Read& read) {
                  readback_.copy(read, output_.info.rotation, picture, origin);
                });
  return {region.area() * bytes_per_sample(PixelFormat::bgra, 0)};
}

/// A desktop whose format is not the one that was announced goes through memory.
ReadCost DdaSource::read_into_texture(const Region& region, d3d11::BgraTexture& texture,
                                      Point origin) {
  Image between(PixelFormat::bgra, texture.size());
  const ReadCost cost = read_into_memory(region, between.view(), origin);
  Region where = region;
  where.translate(-origin.x, -origin.y);
  texture.write(as_const(between.view()), where);
  return cost;
}

std::shared_ptr<const Graphics> DdaSource::salvageable() const {
  const bool device_lost = loss_.native_code == code_text(DXGI_ERROR_DEVICE_REMOVED) ||
                           loss_.native_code == code_text(DXGI_ERROR_DEVICE_RESET) ||
                           loss_.native_code == code_text(DXGI_ERROR_DEVICE_HUNG);
  return device_lost ? nullptr : graphics_;
}

GpuSource* DdaSource::gpu() noexcept {
  const Size size = canvas_ ? canvas_->size() : output_.info.size();
  const bool plain = output_.info.rotation == Rotation::none &&
                     !(canvas_ ? canvas_->half_float() : output_.info.hdr.value_or(false));
  if (!plain || shares_nothing_) return nullptr;
  try {
    if (!shared_ || shared_->size() != size)
      shared_.emplace(device_, size, shared_ ? shared_->order() : GpuOrder::newest);
    return this;
  } catch (const std::exception&) {  // asked once: the answer does not change
    shares_nothing_ = true;
    return nullptr;
  }
}

std::optional<GpuFrame> DdaSource::share(GpuOrder order) {
  if (!canvas_ || !shared_ || shared_->size() != canvas_->size()) return std::nullopt;
  if (shared_->order() != order) shared_.emplace(device_, canvas_->size(), order);
  return shared_->copy(canvas_->texture());
}

}  // namespace rustcam::dda
