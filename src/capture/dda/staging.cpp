#include "capture/dda/staging.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "capture/dda/hresult.h"

namespace rustcam::dda {

std::uint64_t Staging::begin(const Canvas& canvas, const Region& native) {
  Slot& slot = free_slot();
  fit(slot, canvas);
  // Each copy has its price: many small ones cost more than the pixels between them.
  constexpr std::size_t most_copies = 32;
  const Region due = native.simplified(most_copies);
  for (const Rect& rect : due.rects()) {
    const D3D11_BOX box = box_of(rect);
    device_->context().CopySubresourceRegion(slot.texture.get(), 0, box.left, box.top, 0,
                                             &canvas.texture(), 0, &box);
  }
  device_->context().Flush();  // so that the GPU is at it while we do other things
  slot.region = native;
  slot.ticket = ++last_ticket_;
  return slot.ticket;
}

Staging::Slot& Staging::free_slot() {
  const auto free =
      std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.ticket == 0; });
  return free != slots_.end() ? *free : slots_.emplace_back();
}

void Staging::fit(Slot& slot, const Canvas& canvas) {
  if (slot.texture && slot.size == canvas.size() && slot.format == canvas.format()) return;
  D3D11_TEXTURE2D_DESC desc{};
  canvas.texture().GetDesc(&desc);
  desc.Usage = D3D11_USAGE_STAGING;
  desc.BindFlags = 0;
  desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  check(device_->device().CreateTexture2D(&desc, nullptr, slot.texture.put()),
        "cannot make a texture to read from");
  slot.size = canvas.size();
  slot.format = canvas.format();
  slot.half_float = canvas.half_float();
}

Staging::Mapping::Mapping(Staging& staging, std::uint64_t ticket) : staging_(&staging) {
  auto& slots = staging.slots_;
  const auto open =
      std::find_if(slots.begin(), slots.end(), [&](const Slot& s) { return s.ticket == ticket; });
  if (ticket == 0 || open == slots.end())
    throw std::logic_error("a read is finished that was not begun");
  slot_ = &*open;
  for (Slot& slot : slots)
    if (slot.ticket < ticket) slot.ticket = 0;
  slot_->ticket = 0;
  check(staging.device_->context().Map(slot_->texture.get(), 0, D3D11_MAP_READ, 0, &read_.pixels),
        "cannot read the desktop back");
  read_.region = slot_->region;
  read_.size = slot_->size;
  read_.half_float = slot_->half_float;
}

Staging::Mapping::~Mapping() {
  staging_->device_->context().Unmap(slot_->texture.get(), 0);
}

}  // namespace rustcam::dda
