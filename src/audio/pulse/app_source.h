// All that programs of one name play.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/pulse/connection.h"
#include "audio/pulse/mixer.h"
#include "audio/pulse/record_stream.h"
#include "audio/pulse/server.h"
#include "audio/sound_source.h"

namespace rustcam::pulse {

/// Records each stream of these programs by itself and mixes them. A program that does not play is
/// silent, which is no failure.
class AppSource final : public SoundSource {
 public:
  AppSource(std::unique_ptr<Connection> connection, const std::string& name);
  ~AppSource() override;

  const SoundDevice& device() const noexcept override { return device_; }
  int rate() const noexcept override;
  int channels() const noexcept override;
  SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) override;

 private:
  void look();
  void take_list();
  void collect();

  std::unique_ptr<Connection> connection_;
  Duration fragment_{};
  SoundDevice device_;
  Mixer mixer_;
  std::map<std::uint32_t, std::unique_ptr<RecordStream>> streams_;  ///< by the program's stream
  std::vector<float> mixed_;
  bool look_ = true;  ///< what plays has changed
  std::vector<Playing> playing_;
  Question question_;
};

}  // namespace rustcam::pulse
