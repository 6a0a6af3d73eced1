// A device, or whatever is the default.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "audio/pulse/connection.h"
#include "audio/pulse/record_stream.h"
#include "audio/pulse/server.h"
#include "audio/sound_source.h"

namespace rustcam::pulse {

/// What a DeviceSource does if another device becomes the default.
enum class Follows { nothing = 1, default_sink, default_source };

class DeviceSource final : public SoundSource {
 public:
  /// Throws AccessLost if the device has just gone, DeviceError.
  DeviceSource(std::unique_ptr<Connection> connection, Recordable what, Follows follows);
  ~DeviceSource() override;

  const SoundDevice& device() const noexcept override { return what_.device; }
  int rate() const noexcept override { return static_cast<int>(request_.spec.rate); }
  int channels() const noexcept override { return request_.spec.channels; }
  SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) override;

 private:
  bool has_moved();
  [[noreturn]] void lost() const;

  std::unique_ptr<Connection> connection_;
  Recordable what_;
  Follows follows_;
  StreamRequest request_;
  std::unique_ptr<RecordStream> stream_;
  bool ask_ = false;  ///< the server has changed
  ServerFacts facts_;
  Question question_;
};

}  // namespace rustcam::pulse
