// Puts the layer into the process: the adapters' EnumOutputs, the program's D3D11CreateDevice, and
// what the devices that it makes are asked.
#pragma once

namespace layer {

/// Finds the adapters' function table and patches it. Not under the loader lock: it makes a
/// factory. False if DXGI has no output here.
bool install_hooks();

}  // namespace layer
