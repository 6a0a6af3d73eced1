#include "media/texture_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "d3d11/bgra_texture.h"
#include "d3d11/nv12.h"
#include "d3d11/stretcher.h"
#include "d3d11/turn.h"
#include "media/d3d11/hardware_frames.h"
#include "media/encoder_frame_pool.h"
#include "media/encoder_frames.h"
#include "media/encoder_traits.h"
#include "platform/support_win32.h"

namespace rustcam {
namespace {

using d3d11::BgraTexture;

/// From RGB, NVENC makes BT.601 (and says so in its stream); the primaries are the screen's.
template <typename Tagged>
void tag_as_nvenc_converts(Tagged& tagged) {
  tagged.color_range = AVCOL_RANGE_MPEG;
  tagged.color_primaries = AVCOL_PRI_BT709;
  tagged.color_trc = AVCOL_TRC_BT709;
  tagged.colorspace = AVCOL_SPC_BT470BG;
}

template <typename Tagged>
void tag(AVPixelFormat layout, Tagged& tagged) {
  if (layout == AV_PIX_FMT_NV12)
    tag_colours(*sample_format_by_name("yuv420p"), tagged);
  else
    tag_as_nvenc_converts(tagged);
}

std::string too_large(Size texture, Size picture) {
  return "a texture of " + to_string(texture) + " cannot be shrunk to " + to_string(picture);
}

/// Without it, textures would be made in vain, and those on their way read back.
bool has_nvenc_driver() {
  return win32::find_function<void()>(L"nvEncodeAPI64.dll", "NvEncodeAPICreateInstance") != nullptr;
}

/// A frame of our own ring.
struct RingTexture {
  win32::ComPtr<ID3D11Texture2D> texture;
  win32::ComPtr<ID3D11RenderTargetView> target;  ///< bgra
  d3d11::Nv12Target planes;                      ///< nv12
};

class D3d11Input final : public TextureInput {
 public:
  D3d11Input(std::shared_ptr<d3d11::Gpu> gpu, Size picture, Size encoded);

  void describe(AVCodecContext& context) const override;
  AVFrame& show(const std::shared_ptr<const Picture>& picture, const Region& damage) override;
  std::int64_t bytes_converted() const noexcept override { return 0; }

 private:
  FramePtr prototype() const;
  void make_buffers(AVFrame& frame) const;
  const BgraTexture& texture_of(const Picture& picture);
  AVFrame& show_itself(const std::shared_ptr<const Picture>& picture, const BgraTexture& texture,
                       const Region& damage);
  AVFrame& show_drawn(const BgraTexture& texture, const Region& damage);
  void draw(const BgraTexture& texture, AVFrame& frame, const Region& region);
  void keep(ID3D11Texture2D& texture);

  std::shared_ptr<d3d11::Gpu> gpu_;
  Size picture_;
  Size encoded_;
  AVPixelFormat layout_;
  d3d11::BufferRef frames_;
  d3d11::TextureMaker maker_;
  d3d11::Stretcher stretcher_;
  EncoderFramePool ring_;
  std::deque<win32::ComPtr<ID3D11Texture2D>> known_;  ///< to the encoder
  FramePtr itself_;                                   ///< the last picture that is shown as it is
  std::unique_ptr<BgraTexture> uploaded_;             ///< what came from elsewhere
  std::unique_ptr<BgraTexture> scaled_;
  Size last_size_;
};

D3d11Input::D3d11Input(std::shared_ptr<d3d11::Gpu> gpu, Size picture, Size encoded)
    : gpu_(std::move(gpu)),
      picture_(picture),
      encoded_(encoded),
      layout_(gpu_->draws_nv12() ? AV_PIX_FMT_NV12 : AV_PIX_FMT_BGRA),
      frames_(d3d11::hardware_frames(gpu_, layout_, encoded)),
      maker_(gpu_),
      stretcher_(gpu_),
      ring_(prototype(), picture, [this](AVFrame& frame) { make_buffers(frame); }) {}

FramePtr D3d11Input::prototype() const {
  FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_D3D11;
  frame->width = encoded_.width;
  frame->height = encoded_.height;
  tag(layout_, *frame);
  if (layout_ == AV_PIX_FMT_NV12) frame->chroma_location = AVCHROMA_LOC_CENTER;
  return frame;
}

void D3d11Input::describe(AVCodecContext& context) const {
  context.pix_fmt = AV_PIX_FMT_D3D11;
  context.sw_pix_fmt = layout_;
  tag(layout_, context);
  if (layout_ != AV_PIX_FMT_NV12) context.chroma_sample_location = AVCHROMA_LOC_UNSPECIFIED;
  av_buffer_unref(&context.hw_frames_ctx);
  context.hw_frames_ctx = av_buffer_ref(frames_.get());
}

void D3d11Input::make_buffers(AVFrame& frame) const {
  auto made = std::make_shared<RingTexture>();
  const bool nv12 = layout_ == AV_PIX_FMT_NV12;
  made->texture =
      gpu_->make_texture(nv12 ? DXGI_FORMAT_NV12 : DXGI_FORMAT_B8G8R8A8_UNORM, encoded_);
  if (nv12)
    made->planes = d3d11::nv12_target(*gpu_, *made->texture, encoded_);
  else
    made->target = gpu_->make_target(*made->texture);
  ID3D11Texture2D& texture = *made->texture;
  d3d11::show_texture(frame, *frames_, texture, std::move(made));
}

AVFrame& D3d11Input::show(const std::shared_ptr<const Picture>& picture, const Region& damage) {
  try {
    const Size size = picture->size();
    const bool whole = std::exchange(last_size_, size) != size;
    const BgraTexture& texture = texture_of(*picture);
    const Region changed = whole ? Region(Rect::of(size)) : damage;
    if (layout_ == AV_PIX_FMT_BGRA && size == encoded_ && &texture == picture->texture())
      return show_itself(picture, texture, changed);
    return show_drawn(texture, changed);
  } catch (const CaptureError& error) {
    throw MediaError(error.what(), error.native_code());
  }
}

/// A picture in memory, or of another device, is uploaded: after a loss they may come.
const BgraTexture& D3d11Input::texture_of(const Picture& picture) {
  const auto* own = dynamic_cast<const BgraTexture*>(picture.texture());
  if (own != nullptr && &own->gpu() == gpu_.get()) return *own;
  const Size size = picture.size();
  Image read_back;
  if (picture.texture() != nullptr) {
    read_back = Image(PixelFormat::bgra, size);
    picture.texture()->read(read_back.view());
  }
  if (!uploaded_ || uploaded_->size() != size) uploaded_ = maker_.make(size);
  uploaded_->write(picture.texture() != nullptr ? as_const(read_back.view()) : picture.view(),
                   Rect::of(size));
  return *uploaded_;
}

/// The encoder's reference holds the picture, so that its pool does not fill it again before the
/// encoder is done with it.
AVFrame& D3d11Input::show_itself(const std::shared_ptr<const Picture>& picture,
                                 const BgraTexture& texture, const Region& damage) {
  // So that what is drawn later is all of it.
  ring_.damage(damage);
  if (itself_ && damage.empty()) return *itself_;
  FramePtr frame = prototype();
  d3d11::show_texture(*frame, *frames_, texture.texture(), picture);
  keep(texture.texture());
  itself_ = std::move(frame);
  return *itself_;
}

/// FFmpeg registers each texture with the driver, 64 at most, and tells it of none that is gone: so
/// they stay until the encoder is closed, or until others have taken their places.
void D3d11Input::keep(ID3D11Texture2D& texture) {
  constexpr std::size_t most_registered = 64;
  if (std::any_of(known_.begin(), known_.end(),
                  [&](const auto& known) { return known.get() == &texture; }))
    return;
  texture.AddRef();
  *known_.emplace_back().put() = &texture;
  if (known_.size() > most_registered) known_.pop_front();
}

AVFrame& D3d11Input::show_drawn(const BgraTexture& texture, const Region& damage) {
  if (texture.size() == picture_) {
    ring_.damage(damage);
    return ring_.show([&](AVFrame& frame, const Region& debt) { draw(texture, frame, debt); });
  }
  if (!d3d11::can_stretch(texture.size(), picture_))
    throw MediaError(too_large(texture.size(), picture_));
  ring_.damage(damage.empty() ? Region() : Region(Rect::of(picture_)));
  return ring_.show([&](AVFrame& frame, const Region&) {
    if (!scaled_) scaled_ = maker_.make(picture_);
    stretcher_.fit(texture.view(), texture.size(), scaled_->target(), picture_);
    draw(*scaled_, frame, Rect::of(picture_));
  });
}

/// `texture` is as large as the picture.
void D3d11Input::draw(const BgraTexture& texture, AVFrame& frame, const Region& region) {
  const auto& into = *static_cast<const RingTexture*>(d3d11::owner_of(frame).get());
  if (layout_ == AV_PIX_FMT_NV12)
    return d3d11::draw_nv12(*gpu_, texture.view(), picture_, into.planes, region);
  d3d11::draw_padded(*gpu_, texture.view(), picture_, *into.target, encoded_, region);
}

}  // namespace

bool takes_textures(const OutputPlan& plan) {
  if (plan.encoders.empty() || plan.pixel_format != "yuv420p") return false;
  const AVCodec& codec = find_encoder(plan.encoders.front());
  const auto formats = supported_pixel_formats(codec);
  return traits_of(codec).family == EncoderFamily::nvenc && has_nvenc_driver() &&
         std::find(formats.begin(), formats.end(), AV_PIX_FMT_D3D11) != formats.end();
}

std::unique_ptr<TextureInput> open_texture_input(const std::shared_ptr<TextureHome>& home,
                                                 Size captured, Size picture, Size encoded) {
  auto gpu = std::dynamic_pointer_cast<d3d11::Gpu>(home);
  if (!gpu) throw MediaError("the pictures are no Direct3D 11 textures");
  if (!d3d11::can_stretch(captured, picture)) throw MediaError(too_large(captured, picture));
  try {
    return std::make_unique<D3d11Input>(std::move(gpu), picture, encoded);
  } catch (const CaptureError& error) {
    throw MediaError(error.what(), error.native_code());
  }
}

}  // namespace rustcam
