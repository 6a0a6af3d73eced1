#include "capture/dda/graphics.h"

#include <utility>

namespace rustcam::dda {

Graphics::Graphics(win32::ComPtr<IDXGIFactory1> owner, const Output& output)
    : factory(std::move(owner)), luid(output.luid), device(*output.adapter) {}

std::shared_ptr<d3d11::Gpu> Graphics::gpu() const {
  if (!gpu_) gpu_ = std::make_shared<d3d11::Gpu>(device.owned(), device.owned_context());
  return gpu_;
}

bool Graphics::still_good() const {
  return factory->IsCurrent() != FALSE && device.device().GetDeviceRemovedReason() == S_OK;
}

Opened open_output(const TargetInfo& wanted, std::shared_ptr<const Graphics> kept) {
  std::shared_ptr<const Graphics> graphics = std::move(kept);
  if (graphics && !graphics->still_good()) graphics.reset();
  win32::ComPtr<IDXGIFactory1> factory = graphics ? graphics->factory : make_factory();
  Output output = find_output(*factory, wanted);
  if (!graphics || graphics->luid != output.luid)
    graphics = std::make_shared<const Graphics>(std::move(factory), output);
  return {std::move(output), std::move(graphics)};
}

}  // namespace rustcam::dda
