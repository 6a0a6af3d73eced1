#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "sound_support.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

constexpr Size picture_size{64, 48};
constexpr SoundTime slot_at_60 = 800;

OutputRequest sound_request(const std::string& path, std::vector<std::string> titles = {"mic"}) {
  OutputRequest request;
  request.path = path;
  request.encoder = path.ends_with(".webm") ? "auto" : "x264";
  request.audio = std::move(titles);
  return request;
}

std::unique_ptr<FrameSink> open_with(const OutputRequest& request,
                                     const std::vector<SoundInput>& sounds) {
  EncoderReport report;
  std::vector<Warning> warnings;
  return open_sink(plan_output(request), picture_size, report, warnings, sounds);
}

void show(FrameSink& sink, std::int64_t slot) {
  sink.write(frame_of(picture(picture_size, slot)), Rect::of(picture_size), slot);
}

/// Fills a file fast.
Frame noise(std::int64_t number) {
  auto image = std::make_shared<Picture>(Image(PixelFormat::bgra, picture_size));
  auto seed = static_cast<std::uint32_t>(number);
  for (std::int32_t y = 0; y < picture_size.height; ++y)
    for (std::int32_t x = 0; x < 4 * picture_size.width; ++x) {
      seed = seed * 1664525 + 1013904223;
      image->view().row(y)[x] = static_cast<std::uint8_t>(seed >> 24);
    }
  return frame_of(std::move(image));
}

/// The seconds of pictures in a file.
double pictures_s(const std::string& path) {
  return static_cast<double>(probe(path, "packet", "pts").size()) / 60;
}

}  // namespace

TEST_CASE("sound is as long as the picture, and taken without waiting until the end") {
  for (const Rational& fps : {Rational{60, 1}, Rational{60000, 1001}, Rational{144, 1}}) {
    CAPTURE(to_string(fps));
    const TempFolder folder;
    OutputRequest request = sound_request(folder / "a.mp4");
    request.fps = fps;
    ChirpFeed feed;
    const auto sink = open_with(request, {{&feed, 0}});
    constexpr std::int64_t slots = 101;
    const SoundTime length = std::lround(slots * sound_rate / fps.value());
    for (std::int64_t slot = 0; slot < slots; ++slot) {
      const auto at = static_cast<SoundTime>(static_cast<double>(slot) * sound_rate / fps.value());
      feed.set_available(at + (slot < 50 ? 3000 : -3000));
      show(*sink, slot);
      CHECK(feed.end() <= at + 1);
      CHECK(feed.end() > at - (slot < 50 ? 1024 : 3000 + 1024));
    }
    CHECK(feed.waited_for() == 0);
    sink->finish(slots);
    CHECK(feed.waited_for() == length);
    CHECK(feed.in_order());
    CHECK(feed.skipped() == 0);
    CHECK(run("ffprobe -v error -select_streams a -show_entries stream=duration_ts -of csv=p=0 '" +
              request.path + "'") == std::to_string(length) + "\n");
    const auto audio = sink->audio();
    REQUIRE(audio.size() == 1);
    CHECK(audio[0].codec == "aac");
    CHECK(audio[0].rate == 48000);
    CHECK(audio[0].channels == 2);
    CHECK(audio[0].bitrate == 160000);
    CHECK(audio[0].samples == length);
  }
}

TEST_CASE("the sound of one file ends where that of the next begins") {
  const TempFolder folder;
  ChirpFeed feed;
  feed.set_available(sound_rate * 10);
  constexpr std::int64_t first_slots = 63;  // and the rest: not whole samples
  constexpr std::int64_t all_slots = 126;
  const Rational fps{60000, 1001};
  const auto write = [&](const std::string& path, std::int64_t from, std::int64_t to) {
    OutputRequest request = sound_request(path);
    request.audio_codec = "flac";
    request.fps = fps;
    const auto sink = open_with(request, {{&feed, from}});
    for (std::int64_t slot = 0; slot < to - from; ++slot) show(*sink, slot);
    sink->finish(to - from);
    CHECK_FALSE(sink->audio().at(0).bitrate);
    return hear(path).at(0).left;
  };
  std::vector<float> joined = write(folder / "a.mkv", 0, first_slots);
  const auto border = static_cast<SoundTime>(joined.size());
  CHECK(border == std::lround(first_slots * sound_rate / fps.value()));
  const std::vector<float> second = write(folder / "b.mkv", first_slots, all_slots);
  joined.insert(joined.end(), second.begin(), second.end());
  CHECK(joined.size() ==
        static_cast<std::size_t>(std::lround(all_slots * sound_rate / fps.value())));
  CHECK(feed.skipped() == 0);
  CHECK(feed.in_order());
  double largest = 0;
  for (std::size_t i = 0; i < joined.size(); ++i)
    largest = std::max(largest,
                       std::abs(double{joined[i]} - ChirpFeed::value(static_cast<SoundTime>(i))));
  CHECK(largest < 1.0 / 32768);
}

TEST_CASE("sound reaches the file while a picture stays") {
  for (const char* name : {"a.mp4", "a.mkv", "a.ts"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    OutputRequest request = sound_request(folder / name);
    request.vfr = true;
    ChirpFeed feed;
    feed.set_available(sound_rate * 3600);
    const auto sink = open_with(request, {{&feed, 0}});
    show(*sink, 0);
    constexpr std::int64_t slots = 600;
    for (std::int64_t slot = 1; slot < slots; ++slot) sink->idle(slot);
    CHECK(feed.end() > (slots - 3) * slot_at_60);
    // A second may be on its way, and a half for what the encoder holds.
    CHECK(sink->audio().at(0).samples > (slots - 90) * slot_at_60);
    sink->finish(slots);
    const auto offsets = chirp_offsets(hear(request.path).at(0).left);
    CHECK(offsets.size() == 20);
    for (const SoundTime offset : offsets) CHECK(std::abs(offset) <= 48);
  }
}

TEST_CASE("pictures do not wait for ever for sound that is late") {
  for (const char* name : {"a.mp4", "a.mkv", "a.ts"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const OutputRequest request = sound_request(folder / name);
    ChirpFeed feed;
    const auto sink = open_with(request, {{&feed, 0}});
    constexpr std::int64_t slots = 300;
    for (std::int64_t slot = 0; slot < slots; ++slot) show(*sink, slot);
    CHECK(sink->kept().slots > slots - 120);
    CHECK(feed.end() == 0);
    feed.set_available(slots * slot_at_60);
    sink->finish(slots);
    const auto offsets = chirp_offsets(hear(request.path).at(0).left);
    CHECK(offsets.size() == 10);
    for (const SoundTime offset : offsets) CHECK(std::abs(offset) <= 48);
    check_plays(request.path);
  }
}

TEST_CASE("each track has its own sound and its title, and the first is the usual one") {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const OutputRequest request = sound_request(folder / name, {"desktop|app:Ünï", "mic@-6dB"});
    ChirpFeed one;
    ChirpFeed two(300);
    const auto sink = open_with(request, {{&one, 0}, {&two, 0}});
    for (std::int64_t slot = 0; slot < 90; ++slot) show(*sink, slot);
    sink->hurry();
    CHECK(one.hurried());
    CHECK(two.hurried());
    sink->finish(90);
    const auto heard = hear(request.path);
    REQUIRE(heard.size() == 2);
    for (const std::size_t track : {std::size_t{0}, std::size_t{1}}) {
      const auto offsets = chirp_offsets(heard[track].left);
      CHECK(offsets.size() == 3);
      for (const SoundTime offset : offsets) CHECK(std::abs(offset - (track == 0 ? 0 : 300)) <= 48);
      CHECK(heard[track].title == request.audio[track]);
    }
    CHECK(heard[0].is_default);
    // MP4 has no default; a track that is not enabled would not be offered.
    CHECK(heard[1].is_default == !std::string(name).ends_with("mkv"));
  }
}

TEST_CASE("with sound, too, a file is never larger than was asked for, and ends well") {
  for (const char* name : {"a.mp4", "b.mp4", "a.mov", "a.mkv", "a.webm", "a.nut", "a.ts"})
    for (const std::int64_t bytes : {60'000, 150'000}) {
      CAPTURE(std::string(name));
      CAPTURE(bytes);
      if (bytes > 100'000 && !std::string(name).ends_with("mp4")) continue;
      const TempFolder folder;
      OutputRequest request = sound_request(folder / name, {"desktop", "mic"});
      if (std::string(name).starts_with("b")) request.fragment.reset();
      request.limit = SizeLimit{bytes, true};
      ChirpFeed one;
      ChirpFeed two;
      const auto sink = open_with(request, {{&one, 0}, {&two, 0}});
      bool reached = false;
      for (std::int64_t slot = 0; slot < 2000 && !reached; ++slot) try {
          one.set_available(slot * slot_at_60);
          two.set_available(slot * slot_at_60);
          show(*sink, slot);
        } catch (const SizeReached&) {
          reached = true;
        }
      CHECK(reached);
      try {
        sink->finish(2000);
      } catch (const SizeReached&) {
      }
      const auto size = static_cast<std::int64_t>(std::filesystem::file_size(request.path));
      CHECK(size <= bytes);
      CHECK(size > bytes / 2);
      check_plays(request.path);
      const double length = pictures_s(request.path);
      for (const Heard& heard : hear(request.path)) {
        const double sound = static_cast<double>(heard.left.size()) / sound_rate;
        CHECK(std::abs(sound - length) < 1);
        for (const SoundTime offset : chirp_offsets(heard.left)) CHECK(std::abs(offset) <= 48);
      }
    }
}

TEST_CASE(
    "a file that has no room for a picture beside its sound has one all the same, or is none") {
  const TempFolder folder;
  for (const bool anyway : {true, false}) {
    CAPTURE(anyway);
    OutputRequest request = sound_request(folder / "a.mkv");
    request.limit = SizeLimit{10, anyway};
    request.force = true;
    ChirpFeed feed;
    feed.set_available(sound_rate);
    const auto sink = open_with(request, {{&feed, 0}});
    const auto write = [&] {
      for (std::int64_t slot = 0; slot < 200; ++slot) show(*sink, slot);
    };
    CHECK_THROWS_AS(write(), SizeReached);
    try {
      sink->finish(200);
    } catch (const SizeReached&) {
    }
    CHECK(std::filesystem::exists(request.path) == anyway);
    CHECK(sink->files().size() == (anyway ? 1 : 0));
    if (anyway) CHECK(probe(request.path, "packet", "pts").size() == 1);
  }
}

TEST_CASE("a file with sound only is none") {
  const TempFolder folder;
  OutputRequest request = sound_request(folder / "a.mkv");
  // Room for a packet of sound, not for a picture of noise.
  request.limit = SizeLimit{7'000, false};
  ChirpFeed feed;
  feed.set_available(sound_rate * 10);
  const auto sink = open_with(request, {{&feed, 0}});
  const auto write = [&] {
    for (std::int64_t slot = 0; slot < 200; ++slot)
      sink->write(noise(slot), Rect::of(picture_size), slot);
  };
  CHECK_THROWS_AS(write(), SizeReached);
  CHECK_THROWS_AS(sink->finish(200), SizeReached);
  CHECK_FALSE(std::filesystem::exists(request.path));
  CHECK(sink->files().empty());
}

TEST_CASE("on a full disk the sound ends with the pictures, and both play") {
  for (const char* name : {"a.mp4", "a.mkv", "a.ts"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const OutputRequest request = sound_request(folder / name);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const rlimit bytes{1'500'000, 1'500'000};
      setrlimit(RLIMIT_FSIZE, &bytes);
      signal(SIGXFSZ, SIG_IGN);
      ChirpFeed feed;
      bool full = false;
      try {
        const auto sink = open_with(request, {{&feed, 0}});
        for (std::int64_t slot = 0; slot < 4000 && !full; ++slot) try {
            feed.set_available(slot * slot_at_60);
            sink->write(noise(slot), Rect::of(picture_size), slot);
          } catch (const DiskFull&) {
            full = true;
          }
        const SoundTime read = feed.end();
        try {
          sink->finish(4000);
        } catch (const DiskFull&) {
        }
        if (feed.end() != read) _exit(3);  // nobody waits for more sound
      } catch (...) {
        _exit(2);
      }
      _exit(full ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    check_plays(request.path);
    const double length = pictures_s(request.path);
    const auto heard = hear(request.path).at(0);
    CHECK(length > 1);
    CHECK(std::abs(static_cast<double>(heard.left.size()) / sound_rate - length) < 1);
    for (const SoundTime offset : chirp_offsets(heard.left)) CHECK(std::abs(offset) <= 48);
  }
}

TEST_CASE("sound up to a second before kill -9 is there") {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const OutputRequest request = sound_request(folder / name);
    std::array<int, 2> reports{};
    REQUIRE(pipe(reports.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ChirpFeed feed;
      const auto sink = open_with(request, {{&feed, 0}});
      for (std::int64_t slot = 0;; ++slot) {
        feed.set_available(slot * slot_at_60);
        show(*sink, slot);
        if (::write(reports[1], "x", 1) != 1) _exit(1);
      }
    }
    ::close(reports[1]);
    constexpr std::size_t killed_at = 200;
    char byte = 0;
    std::size_t written = 0;
    while (written < killed_at && ::read(reports[0], &byte, 1) == 1) ++written;
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ::close(reports[0]);
    REQUIRE(WIFSIGNALED(status));
    const auto heard = hear(request.path).at(0);
    CHECK(heard.left.size() >= (killed_at - 60) * slot_at_60);
    const auto offsets = chirp_offsets(heard.left);
    CHECK(offsets.size() >= 4);
    for (const SoundTime offset : offsets) CHECK(std::abs(offset) <= 48);
    check_plays(request.path);
  }
}

TEST_CASE("sound that cannot be is wrong usage, and says what can") {
  const auto refusal = [](const std::string& path, std::optional<std::string> codec = {},
                          std::optional<std::int64_t> bitrate = {}) -> std::string {
    OutputRequest request;
    request.path = path;
    request.audio = {"desktop"};
    request.audio_codec = std::move(codec);
    request.audio_bitrate = bitrate;
    try {
      return "none, " + plan_output(request).audio_encoder;
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  const auto says = [](const std::string& text, const char* part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };
  for (const char* name : {"a.gif", "a.raw", "a.y4m"})
    says(refusal(name), "cannot hold sound: use mp4, mov, matroska, webm, nut or mpegts");
  says(refusal("-"), "cannot hold sound: use mp4, matroska, webm, nut or mpegts");
  says(refusal("a.mp4", "pcm"), "mp4 cannot hold the sound that pcm_s16le makes");
  says(refusal("a.mp4", "pcm"), "use mov, matroska or nut, or choose another");
  says(refusal("a.webm", "aac"), "use mp4, mov, matroska, nut or mpegts");
  says(refusal("a.mov", "opus"), "mov cannot hold");
  says(refusal("a.ts", "flac"), "mpegts cannot hold");
  says(refusal("a.mp4", "nonsense"), "no encoder of sound 'nonsense'");
  says(refusal("a.mp4", "libx264"), "no encoder of sound 'libx264'");
  says(refusal("a.mp4", "flac", 100000), "--audio-bitrate means nothing to flac");
  says(refusal("a.mkv", "pcm", 100000), "--audio-bitrate means nothing to pcm_s16le");
  says(refusal("a.mkv", "opus", 10'000'000), "libopus refuses --audio-bitrate 10000000");
  says(refusal("a.mp4", "aac", 10'000'000), "aac refuses --audio-bitrate 10000000");
  says(refusal("a.mp4", {}, 0), "--audio-bitrate must be");
  CHECK(refusal("a.mp4") == "none, aac");
  CHECK(refusal("a.mov") == "none, aac");
  CHECK(refusal("a.ts") == "none, aac");
  CHECK(refusal("a.mkv") == "none, libopus");
  CHECK(refusal("a.webm") == "none, libopus");
  CHECK(refusal("a.nut") == "none, libopus");
  CHECK(refusal("a.mkv", "mp3") == "none, libmp3lame");
  CHECK(refusal("a.mp4", {}, 96000) == "none, aac");
}
