// Counts what the program copies by the CPU to and from textures.
#pragma once

#include <d3d11.h>

namespace layer {

/// While one lives, what this thread copies is not the program's: the layer's own drawing.
class Uncounted {
 public:
  Uncounted();
  ~Uncounted();
  Uncounted(const Uncounted&) = delete;
  Uncounted& operator=(const Uncounted&) = delete;
};

/// Patches the function tables of the device and of its context, once, so that the report tells the
/// calls and bytes of
///   map                 mapped textures: all of the subresource
///   to_staging          copies into textures and buffers that the CPU can read
///   update_subresource  textures written from memory
///   initial_data        textures made with contents
///   buffers             buffers mapped, written or made with contents: constants, not pictures
void count_cpu_copies(ID3D11Device* device, ID3D11DeviceContext* context);

}  // namespace layer
