#include "record/sound_tracks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <utility>

#include "audio/choose_sound_backend.h"

namespace rustcam {

SoundTracks::SoundTracks(const RecordOptions& options, std::function<bool()> end_requested,
                         Clock& clock)
    : end_requested_(std::move(end_requested)), clock_(clock) {
  SoundRecorderOptions o;
  o.backend_of = choose_sound_backend;
  if (options.selection.session) o.screen_zero = options.selection.session->target().clock_zero;
  o.delay = options.sound_delay;
  o.given_up = end_requested_;
  for (const SoundMix& mix : options.sounds) {
    o.mix = mix;
    tracks_.push_back({mix.text, std::make_unique<SoundRecorder>(o, clock)});
  }
}

bool SoundTracks::wait_until_running() {
  constexpr Duration longest_start = std::chrono::seconds(1);
  constexpr Duration asked_every = std::chrono::milliseconds(50);
  const TimePoint until = clock_.now() + longest_start;
  for (const Track& track : tracks_)
    while (!track.recorder->wait_until_running(std::min(until, clock_.now() + asked_every))) {
      if (end_requested_()) return false;
      if (clock_.now() >= until) return true;
    }
  return true;
}

void SoundTracks::begin(TimePoint t0) {
  if (std::exchange(begun_, true)) return;
  for (const Track& track : tracks_) track.recorder->begin(t0);
}

std::vector<SoundFeed*> SoundTracks::feeds() const {
  std::vector<SoundFeed*> all;
  for (const Track& track : tracks_) all.push_back(&track.recorder->feed());
  return all;
}

std::vector<float> SoundTracks::peaks() {
  std::vector<float> all;
  for (Track& track : tracks_) {
    if (!track.recorder) continue;
    all.push_back(track.recorder->peak());
    track.loudest = std::max(track.loudest, all.back());
  }
  return all;
}

void SoundTracks::end() {
  peaks();
  for (Track& track : tracks_) {
    if (!track.recorder) continue;
    statistics_.push_back(track.recorder->statistics());
    track.recorder.reset();
  }
}

std::vector<Warning> SoundTracks::warnings() const {
  std::vector<Warning> all;
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    const Track& track = tracks_[i];
    const SoundStatistics& s = statistics_[i];
    if (track.loudest == 0)
      all.push_back({"audio_silent", "the whole track of '" + track.source + "' is silent",
                     "see that something plays, and that it is the source that was meant: "
                     "`rustcam-cli list audio` shows them"});
    if (s.reconnects == 0 && !s.away) continue;
    std::array<char, 32> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%.1f s", s.silence_s);
    std::string text = "the sound of '" + track.source + "'";
    if (s.reconnects > 0)
      text += " was opened again " + std::to_string(s.reconnects) +
              (s.reconnects == 1 ? " time" : " times");
    if (s.away) text += std::string(s.reconnects > 0 ? " and" : "") + " was away at the end";
    all.push_back({"audio_away", text + "; " + seconds.data() + " of it are silence",
                   "another device became the default, this one was unplugged, or the sound server "
                   "hung or ended"});
  }
  return all;
}

}  // namespace rustcam
