// The compositor's outputs, as they are and as they change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "capture/target.h"
#include "capture/wayland/connection.h"
#include "image/transform.h"

namespace rustcam::wayland {

/// What wl_output and xdg-output tell of one output. What was not told is empty.
struct OutputState {
  std::string name;
  std::string description;
  std::string make;
  std::string model;
  Size mode;  ///< in the panel's own pixels, not turned
  std::int32_t refresh_mhz = 0;
  Transform transform;
  std::int32_t whole_scale = 1;
  Point position;  ///< in logical coordinates
  Size logical;    ///< as xdg-output tells; empty if nobody does

  friend bool operator==(const OutputState&, const OutputState&) = default;
};

/// One output, with the objects that stand for it.
class Output {
 public:
  Output(const Connection& connection, const Global& global, zxdg_output_manager_v1* manager);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  wl_output* get() const noexcept { return output_.get(); }
  std::uint32_t global() const noexcept { return global_; }
  /// As of the last complete description.
  const OutputState& state() const noexcept { return state_; }
  /// Grows when a changed description is complete.
  std::uint64_t revision() const noexcept { return revision_; }

 private:
  friend struct OutputEvents;
  void complete();

  std::uint32_t global_;
  OutputState coming_;
  OutputState state_;
  std::uint64_t revision_ = 0;
  Proxy<wl_output> output_;
  Proxy<zxdg_output_v1> xdg_;
};

/// All outputs of a connection. Belongs to the connection's thread and must end before it.
class Outputs {
 public:
  /// Waits for their descriptions. Throws what Connection::roundtrip() throws.
  explicit Outputs(Connection& connection);

  /// To be called when events were taken: outputs that went are forgotten, for new ones it waits as
  /// the constructor does. True if any went or came.
  bool follow();
  /// In the compositor's order; those without a mode (switched off) are left out.
  std::vector<TargetInfo> targets() const;
  /// Null if it is not there now.
  const Output* find(const std::string& identity) const;

 private:
  bool bind_new();

  Connection& connection_;
  std::uint64_t seen_ = 0;  ///< of Connection::globals_changed()
  Proxy<zxdg_output_manager_v1> manager_;
  std::vector<std::unique_ptr<Output>> outputs_;
};

/// As `list` tells it; its index is left to the caller. `pixels`: the upright picture's size.
TargetInfo target_of(const OutputState& state, Size pixels);

}  // namespace rustcam::wayland
