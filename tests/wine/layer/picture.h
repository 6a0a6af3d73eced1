// The desktop's picture: a scene drawn into a texture of the program's device, in the panel's
// native orientation and format.
#pragma once

#include <d3d11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/region.h"
#include "com.h"
#include "image/image.h"
#include "stimulus/scene.h"

namespace layer {

struct PictureOptions {
  std::string scene;
  rustcam::Size size;  ///< upright
  rustcam::Rotation rotation = rustcam::Rotation::none;
  double hdr_nits = 0;  ///< over 0: an FP16 texture with SDR white at that many nits
};

class Picture {
 public:
  Picture(ID3D11Device* device, const PictureOptions& options);

  /// Brings the texture to frame `n`; what changed since the last frame, upright. Everything at
  /// first.
  rustcam::Region show(std::int64_t n);
  /// All black; everything changed.
  void show_black();

  ID3D11Texture2D* texture() const { return texture_.get(); }
  /// The texture itself, given up by us: for counting who else holds it.
  Com<ID3D11Texture2D> take_texture() {
    target_ = {};
    return std::move(texture_);
  }
  rustcam::Size native_size() const { return native_size_; }
  DXGI_FORMAT format() const;
  /// Where an upright rectangle lies in the texture.
  rustcam::Rect native_rect(const rustcam::Rect& upright) const;

 private:
  void upload(const rustcam::Region& upright);
  void upload_rect(const rustcam::ConstImageView& native, const rustcam::Rect& rect);

  PictureOptions options_;
  rustcam::Size native_size_;
  Com<ID3D11DeviceContext> context_;
  Com<ID3D11Texture2D> texture_;
  Com<ID3D11RenderTargetView> target_;
  std::unique_ptr<rustcam::Scene> scene_;
  rustcam::Image shadow_;  ///< upright bgra
  rustcam::Image native_;  ///< turned, if the panel is
  std::int64_t shown_ = -1;
};

}  // namespace layer
