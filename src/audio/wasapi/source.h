// One device as WASAPI's shared mode records it.
#pragma once

#include <memory>
#include <stop_token>

#include "audio/sound_source.h"
#include "audio/wasapi/com_apartment.h"
#include "audio/wasapi/default_watch.h"
#include "audio/wasapi/endpoints.h"
#include "audio/wasapi/packet.h"
#include "platform/clock.h"
#include "platform/qpc_clock_win32.h"

namespace rustcam::wasapi {

class WasapiSource final : public SoundSource {
 public:
  /// Records at once. `follow`: it was opened as the default, and has moved when another one is.
  /// Throws as fail().
  WasapiSource(const Enumerator& enumerator, const Endpoint& endpoint, bool follow, Before before,
               Clock& clock);
  ~WasapiSource() override;

  const SoundDevice& device() const noexcept override { return device_; }
  int rate() const noexcept override { return format_.rate; }
  int channels() const noexcept override { return format_.kept_channels(); }
  SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) override;

 private:
  void start(Before before);
  /// False if there is none now.
  bool take_packet(SoundBlock& block);

  ComApartment com_;  ///< before all that is COM's
  Clock& clock_;
  SoundDevice device_;
  win32::ComPtr<IAudioClient> client_;
  SampleFormat format_;
  win32::ComPtr<IAudioCaptureClient> capture_;
  win32::QpcClock qpc_;
  PacketReader reader_;
  std::unique_ptr<DefaultWatch> watch_;
};

}  // namespace rustcam::wasapi
