// One output as Desktop Duplication shows it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "capture/capture_session.h"
#include "capture/dda/adapters.h"
#include "capture/dda/canvas.h"
#include "capture/dda/device.h"
#include "capture/dda/duplication.h"
#include "capture/dda/graphics.h"
#include "capture/dda/input_desktop.h"
#include "capture/dda/readback.h"
#include "capture/dda/shared_ring.h"
#include "capture/dda/staging.h"
#include "capture/dda/texture_pictures.h"
#include "platform/precise_timer.h"
#include "platform/qpc_clock_win32.h"

namespace rustcam::dda {

class DdaSource final : public FrameSource, private GpuSource {
 public:
  /// `kept`: what another source of this target left, or null. Throws AccessLost or
  /// DuplicationError.
  DdaSource(const TargetInfo& wanted, const SourceOptions& options,
            std::shared_ptr<const Graphics> kept);
  DdaSource(const DdaSource&) = delete;
  DdaSource& operator=(const DdaSource&) = delete;

  const TargetInfo& target() const noexcept override { return output_.info; }
  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override;
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override { duplication_.release(); }
  ReadCost read(const Region& region, Picture& picture, Point origin) override;
  Picture make_picture(Size size) override;
  std::string texture_refusal() const override { return texture_refusal_; }
  const Pointer& pointer() override { return pointer_; }
  /// Null if the system shares no textures, or the desktop is turned or HDR: what is shared is
  /// a plain copy.
  GpuSource* gpu() noexcept override;
  Loss last_loss() const override { return loss_; }
  /// What the next source can go on with after a loss; null if the device was lost as well.
  std::shared_ptr<const Graphics> salvageable() const;

 private:
  DdaSource(const SourceOptions& options, std::unique_ptr<InputDesktop> desktop, Opened opened);

  /// An update that is not handed out yet: a first one that may be followed by a better one, or
  /// what a change of size left behind.
  struct Held {
    TimePoint until;
    TimePoint presented;
    bool masked = false;
  };

  std::optional<GpuFrame> share(GpuOrder order) override;
  AcquireStatus wait_for_frame(TimePoint deadline, const std::stop_token& stop);
  /// What the leased frame means; nullopt: nothing for the caller.
  std::optional<AcquireStatus> take(const DXGI_OUTDUPL_FRAME_INFO& info,
                                    win32::ComPtr<ID3D11Texture2D> texture);
  AcquireStatus deliver_held();
  bool follow_pointer(const DXGI_OUTDUPL_FRAME_INFO& info);
  bool take_size(const D3D11_TEXTURE2D_DESC& frame);
  void take_pixels(const DXGI_OUTDUPL_FRAME_INFO& info, ID3D11Texture2D& texture);
  bool canvas_is_black();
  void open_textures();
  ReadCost read_into_memory(const Region& region, const ImageView& picture, Point origin);
  ReadCost read_into_texture(const Region& region, d3d11::BgraTexture& texture, Point origin);
  void describe();
  TimePoint presented_at(const DXGI_OUTDUPL_FRAME_INFO& info) const;

  SourceOptions options_;
  std::unique_ptr<InputDesktop> input_desktop_;
  Output output_;
  std::shared_ptr<const Graphics> graphics_;
  const Device& device_;
  Duplication duplication_;
  win32::QpcClock clock_;
  PreciseTimer timer_;
  std::optional<Canvas> canvas_;
  Staging staging_;
  Readback readback_;
  std::optional<TexturePictures> textures_;  ///< null if nobody asked for them, or they cannot be
  std::string texture_refusal_;
  std::optional<SharedRing> shared_;
  bool shares_nothing_ = false;
  Pointer pointer_;
  bool first_delivered_ = false;
  std::optional<Held> held_;
  DesktopUpdate update_;
  Region dirty_;
  Loss loss_;
};

}  // namespace rustcam::dda
