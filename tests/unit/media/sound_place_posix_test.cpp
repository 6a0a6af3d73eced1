#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "sound_support.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

constexpr Size tiny{64, 48};
constexpr int clip_slots = 90;
constexpr SoundTime samples_in_slot = 800;

OutputRequest clip_request(const std::string& path, const Container& container, AVCodecID codec) {
  OutputRequest request;
  request.path = path;
  request.format = std::string(container.name);
  request.encoder = container.encoder.empty() ? "x264" : "auto";
  request.audio = {"desktop"};
  const bool opus = codec == AV_CODEC_ID_OPUS;  // FFmpeg's own encoder is an experiment
  request.audio_codec = opus ? "opus" : avcodec_find_encoder(codec)->name;
  if (codec == AV_CODEC_ID_VORBIS) request.audio_codec = "libvorbis";
  return request;
}

/// Not finished yet.
std::unique_ptr<FrameSink> begin_clip(const OutputRequest& request, ChirpFeed& feed) {
  EncoderReport report;
  std::vector<Warning> warnings;
  const std::array<SoundInput, 1> sounds{{{&feed, 0}}};
  std::unique_ptr<FrameSink> sink;
  while (!sink) try {
      sink = open_sink(plan_output(request), tiny, report, warnings, sounds);
    } catch (const NoReader&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  constexpr SoundTime latency = 4000;
  for (int slot = 0; slot < clip_slots; ++slot) {
    feed.set_available(slot * samples_in_slot - latency);
    sink->write(frame_of(picture(tiny, slot)), Rect::of(tiny), slot);
  }
  return sink;
}

/// Every chirp where it was, to `most` samples.
void check_in_place(const std::string& path, std::size_t chirps, SoundTime most) {
  CAPTURE(path);
  const auto heard = hear(path);
  REQUIRE(heard.size() == 1);
  const auto offsets = chirp_offsets(heard[0].left);
  CHECK(offsets.size() >= chirps);
  for (const SoundTime offset : offsets) CHECK(std::abs(offset) <= most);
}

/// One of those with names of our own.
bool is_usual(AVCodecID codec) {
  return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_OPUS || codec == AV_CODEC_ID_FLAC ||
         codec == AV_CODEC_ID_PCM_S16LE;
}

bool is_lossless(AVCodecID codec) {
  return (avcodec_descriptor_get(codec)->props & AV_CODEC_PROP_LOSSY) == 0;
}

/// To the last bit of 16.
void check_same_sound(const std::string& path) {
  CAPTURE(path);
  const auto heard = hear(path);
  REQUIRE(heard.size() == 1);
  REQUIRE(heard[0].left.size() == clip_slots * samples_in_slot);
  for (std::size_t i = 0; i < heard[0].left.size(); ++i) {
    const float meant = std::round(ChirpFeed::value(static_cast<SoundTime>(i)) * 32768) / 32768;
    if (std::abs(heard[0].left[i] - meant) < 1.0F / 32768 &&
        std::abs(heard[0].right[i] + meant) < 1.0F / 32768)
      continue;
    CAPTURE(i);
    CHECK(heard[0].left[i] == meant);
    break;
  }
}

}  // namespace

TEST_CASE("sound is in its place, whatever became of the file") {
  for (const Container& container : containers())
    for (const AVCodecID codec : container.sounds) {
      CAPTURE(std::string(container.name));
      CAPTURE(std::string(avcodec_get_name(codec)));
      const TempFolder folder;
      const OutputRequest request = clip_request(folder / "finished", container, codec);
      // Matroska has milliseconds.
      const SoundTime most = container.layout == Layout::fragments ? 1 : 48;
      ChirpFeed feed;
      const auto sink = begin_clip(request, feed);
      // What is there now is what a kill leaves.
      std::filesystem::copy(request.path, folder / "killed");
      sink->finish(clip_slots);
      check_in_place(request.path, 3, most);
      check_in_place(folder / "killed", 2, most);
      if (is_lossless(codec)) check_same_sound(request.path);

      if (!is_usual(codec)) continue;
      OutputRequest classic = clip_request(folder / "classic", container, codec);
      classic.fragment.reset();
      ChirpFeed again;
      begin_clip(classic, again)->finish(clip_slots);
      check_in_place(classic.path, 3, most);

      if (!container.pipe) continue;
      const OutputRequest piped = clip_request(folder / "fifo", container, codec);
      REQUIRE(mkfifo(piped.path.c_str(), 0600) == 0);
      ChirpFeed third;
      {
        const std::jthread reader(
            [&] { run("cat '" + piped.path + "' > '" + (folder / "piped") + "'"); });
        begin_clip(piped, third)->finish(clip_slots);
      }
      check_in_place(folder / "piped", 3, most);
    }
}

TEST_CASE("an mp4 begins with its first picture, whatever its sound needs before") {
  for (const char* name : {"finished", "killed"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const OutputRequest request =
        clip_request(folder / "finished", *container_by_name("mp4"), AV_CODEC_ID_AAC);
    ChirpFeed feed;
    const auto sink = begin_clip(request, feed);
    std::filesystem::copy(request.path, folder / "killed");
    sink->finish(clip_slots);
    CHECK(probe_one(folder / name, "packet", "pts") == "0");
    // Of a file with fragments FFmpeg before 7 counts what is skipped of the sound.
    const double start = std::atof(probe_one(folder / name, "format", "start_time").c_str());
    const bool counted = start == doctest::Approx(-1024.0 / 48000);
    CHECK((start == doctest::Approx(0) || (counted && std::string(name) == "killed")));
  }
}

TEST_CASE("in the finished index of a mov each moment of PCM is a sample, as QuickTime has it") {
  const TempFolder folder;
  const OutputRequest request =
      clip_request(folder / "a", *container_by_name("mov"), AV_CODEC_ID_PCM_S24LE);
  ChirpFeed feed;
  begin_clip(request, feed)->finish(clip_slots);
  CHECK(run("ffprobe -v error -select_streams a -show_entries stream=nb_frames,duration_ts -of "
            "csv=p=0 '" +
            request.path + "'") == "72000,72000\n");
  check_same_sound(request.path);
}
