#include "capture/dda/flip_presenter.h"

#include <dxgi1_3.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/dda/adapters.h"
#include "capture/dda/canvas.h"
#include "capture/dda/device.h"
#include "capture/dda/hresult.h"
#include "capture/dda/stimulus_window.h"
#include "capture/target_request.h"
#include "d3d11/gpu.h"
#include "image/image.h"

namespace rustcam::dda {

namespace {

/// By index or name, as for capture.
TargetInfo choose(const std::vector<Output>& outputs, const std::optional<std::string>& wanted) {
  std::vector<TargetInfo> infos;
  for (const Output& output : outputs) infos.push_back(output.info);
  if (infos.empty()) throw DeviceError("no monitor shows a desktop in this session; connect one");
  if (!wanted) return default_target(infos);
  std::string names;
  for (const TargetInfo& info : infos) {
    if (info.name == *wanted || std::to_string(info.index) == *wanted) return info;
    names += (names.empty() ? "" : ", ") + std::to_string(info.index) + " (" + info.name + ")";
  }
  throw UsageError("there is no output " + *wanted + "; choose one of " + names);
}

class FlipPresenter final : public Presenter {
 public:
  FlipPresenter(Output output, const PresenterOptions& options)
      : scene_(make_scene(options.scene, options.size.value_or(output.info.size()),
                          {.barcode = options.barcode, .hz = options.hz})),
        picture_(PixelFormat::bgra, scene_->size()),
        window_(output.info.desktop, scene_->size(), "rustcam-cli " + options.scene),
        device_(*output.adapter) {
    make_swap_chain(*output.adapter);
    make_texture();
  }

  bool present(std::int64_t n) override {
    if (!window_.handle_messages()) return false;
    const Region due = shown_ ? scene_->dirty(*shown_, n) : Region(Rect::of(scene_->size()));
    scene_->draw(n, due, picture_.view());
    upload(due);
    win32::ComPtr<ID3D11Texture2D> back_buffer;
    check_device(swap_chain_->GetBuffer(0, __uuidof(ID3D11Texture2D), back_buffer.put_void()));
    device_.context().CopyResource(back_buffer.get(), texture_.get());
    check_device(show(due));
    shown_ = n;
    return true;
  }

 private:
  static void check_device(HRESULT result) {
    if (FAILED(result))
      throw DeviceError("cannot show the stimulus: " + explain(result), code_text(result));
  }

  void make_swap_chain(IDXGIAdapter1& adapter) {
    win32::ComPtr<IDXGIFactory2> factory;
    check_device(adapter.GetParent(__uuidof(IDXGIFactory2), factory.put_void()));
    DXGI_SWAP_CHAIN_DESC1 desc{};
    desc.Width = static_cast<UINT>(scene_->size().width);
    desc.Height = static_cast<UINT>(scene_->size().height);
    desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
    desc.SampleDesc.Count = 1;
    desc.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT;
    desc.BufferCount = 2;
    // Keeps what was shown, so that only what changed is handed to the compositor.
    desc.SwapEffect = DXGI_SWAP_EFFECT_FLIP_SEQUENTIAL;
    check_device(factory->CreateSwapChainForHwnd(&device_.device(), window_.handle(), &desc,
                                                 nullptr, nullptr, swap_chain_.put()));
    // Alt-Enter would change the mode under the measurement.
    factory->MakeWindowAssociation(window_.handle(), DXGI_MWA_NO_ALT_ENTER);
  }

  HRESULT show(const Region& due) {
    std::vector<RECT> dirty;
    for (const Rect& r : due.rects()) dirty.push_back({r.left, r.top, r.right, r.bottom});
    DXGI_PRESENT_PARAMETERS parameters{};
    if (shown_ && !dirty.empty()) {
      parameters.DirtyRectsCount = static_cast<UINT>(dirty.size());
      parameters.pDirtyRects = dirty.data();
    }
    return swap_chain_->Present1(0, 0, &parameters);
  }

  void make_texture() {
    D3D11_TEXTURE2D_DESC desc{};
    desc.Width = static_cast<UINT>(scene_->size().width);
    desc.Height = static_cast<UINT>(scene_->size().height);
    desc.MipLevels = 1;
    desc.ArraySize = 1;
    desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
    desc.SampleDesc.Count = 1;
    desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
    check_device(device_.device().CreateTexture2D(&desc, nullptr, texture_.put()));
  }

  void upload(const Region& region) {
    const ImageView view = picture_.view();
    for (const Rect& rect : region.rects()) {
      const D3D11_BOX box = d3d11::box_of(rect);
      device_.context().UpdateSubresource(texture_.get(), 0, &box, crop(view, rect).row(0),
                                          static_cast<UINT>(view.planes[0].stride), 0);
    }
  }

  std::unique_ptr<Scene> scene_;
  Image picture_;
  StimulusWindow window_;
  Device device_;
  win32::ComPtr<IDXGISwapChain1> swap_chain_;
  win32::ComPtr<ID3D11Texture2D> texture_;
  std::optional<std::int64_t> shown_;
};

}  // namespace

std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options) {
  std::vector<Output> outputs = enumerate_outputs(*make_factory());
  const TargetInfo chosen = choose(outputs, options.output);
  return std::make_unique<FlipPresenter>(std::move(outputs[static_cast<std::size_t>(chosen.index)]),
                                         options);
}

}  // namespace rustcam::dda
