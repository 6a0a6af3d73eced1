#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/mp4_boxes.h"
#include "media/video_sink.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

constexpr Size small{320, 180};

OutputRequest request_for(const std::string& path) {
  OutputRequest r;
  r.path = path;
  r.encoder = path.ends_with(".webm") ? "auto" : "x264";
  return r;
}

std::unique_ptr<FrameSink> sink_for(const OutputRequest& request, Size size = small) {
  EncoderReport report;
  std::vector<Warning> warnings;
  return open_read_sink(plan_output(request), size, report, warnings);
}

/// Pictures of noise, which fill a disk fast.
std::shared_ptr<Picture> noise(Size size, unsigned seed) {
  auto image = std::make_shared<Picture>(Image(PixelFormat::bgra, size));
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < 4 * size.width; ++x) {
      seed = seed * 1664525 + 1013904223;
      image->view().row(y)[x] = x % 4 == 3 ? 255 : static_cast<std::uint8_t>(seed >> 24);
    }
  return image;
}

/// Runs `work` in a child process; its exit status, or minus the signal that ended it.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int status = 99;
    try {
      status = work();
    } catch (...) {
    }
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::size_t frames_in(const std::string& path) {
  return probe(path, "frame", "pkt_pos").size();
}

std::vector<std::string> top_level_boxes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> names;
  for (const mp4::Box& box : mp4::boxes(std::as_bytes(std::span(bytes)))) {
    std::string name;
    for (int shift = 24; shift >= 0; shift -= 8)
      name += static_cast<char>(box.type >> shift & 0xff);
    names.push_back(name);
  }
  return names;
}

}  // namespace

TEST_CASE("what was recorded up to a second before kill -9 plays") {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv", "a.webm"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const std::string path = folder / name;
    int reports[2];
    REQUIRE(pipe(reports) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto sink = sink_for(request_for(path));
      for (std::int64_t slot = 0;; ++slot) {
        sink->write(frame_of(picture(small, static_cast<int>(slot))), Rect::of(small), slot);
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
    REQUIRE(written == killed_at);
    CHECK(frames_in(path) >= killed_at - 60);
    check_plays(path);
  }
}

TEST_CASE("an mp4 that ended normally is an ordinary one") {
  const TempFolder folder;
  record(request_for(folder / "a.mp4"), small, every_slot(200), 200);
  CHECK(top_level_boxes(folder / "a.mp4") == std::vector<std::string>{"ftyp", "mdat", "moov"});
  // Seeking to any picture finds it.
  const auto at =
      run("ffprobe -v error -read_intervals 2%+#1 -show_entries packet=pts_time -of "
          "default=nw=1:nk=1 '" +
          folder / "a.mp4" + "'");
  CHECK(std::atof(at.c_str()) <= 2.0);

  OutputRequest classic = request_for(folder / "b.mp4");
  classic.fragment = std::nullopt;
  record(classic, small, every_slot(200), 200);
  const auto boxes = top_level_boxes(folder / "b.mp4");
  CHECK(std::set<std::string>(boxes.begin(), boxes.end()) ==
        std::set<std::string>{"ftyp", "free", "mdat", "moov"});
  CHECK(probe_one(folder / "b.mp4", "stream", "nb_frames") == "200");
  check_plays(folder / "b.mp4");
}

TEST_CASE("pictures shown in another order than decoded keep their times") {
  const TempFolder folder;
  OutputRequest request = request_for(folder / "a.mp4");
  request.encoder_options = {{"bf", "3"}};
  record(request, small, every_slot(120), 120);
  auto times = probe(folder / "a.mp4", "frame", "pts_time");
  REQUIRE(times.size() == 120);
  for (std::size_t n = 0; n < times.size(); ++n)
    CHECK(std::abs(std::atof(times[n].c_str()) - static_cast<double>(n) / 60) < 1e-5);
  CHECK(std::abs(std::atof(probe_one(folder / "a.mp4", "format", "duration").c_str()) - 2) < 1e-3);
  check_plays(folder / "a.mp4");
}

TEST_CASE("a file that may not grow further is finished, and plays") {
  for (const char* name : {"a.mp4", "a.mkv", "b.mp4"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    const std::string path = folder / name;
    constexpr rlim_t limit = 3'000'000;
    const int status = in_child([&] {
      const rlimit bytes{limit, limit};
      setrlimit(RLIMIT_FSIZE, &bytes);
      const auto sink = sink_for(request_for(path));
      bool full = false;
      for (std::int64_t slot = 0; slot < 2000 && !full; ++slot) try {
          sink->write(frame_of(noise(small, static_cast<unsigned>(slot))), Rect::of(small), slot);
        } catch (const DiskFull&) {
          full = true;
        }
      try {
        sink->finish(2000);
      } catch (const DiskFull&) {
      }
      return full ? 0 : 1;
    });
    CHECK(status == 0);
    CHECK(std::filesystem::file_size(path) <= limit);
    CHECK(std::filesystem::file_size(path) >= limit / 4);
    CHECK(frames_in(path) > 5);
    check_plays(path);
  }
}

TEST_CASE("a full disk is noticed while there is room for an ordinary end") {
  const TempFolder folder;
  const std::string disk = folder / "disk";
  std::filesystem::create_directory(disk);
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=6m") != 0) {
    MESSAGE("no right to mount a small disk: not tested here");
    return;
  }
  for (const char* name : {"a.mp4", "a.mkv", "classic.mp4"}) {
    CAPTURE(std::string(name));
    const std::string path = disk + "/" + name;
    OutputRequest request = request_for(path);
    if (std::string(name) == "classic.mp4") request.fragment = std::nullopt;
    const auto sink = sink_for(request);
    std::int64_t slot = 0;
    bool full = false;
    for (; slot < 2000 && !full; ++slot) try {
        sink->write(frame_of(noise(small, static_cast<unsigned>(slot))), Rect::of(small), slot);
      } catch (const DiskFull&) {
        full = true;
      }
    CHECK(full);
    CHECK_NOTHROW(sink->finish(slot));
    CHECK(std::filesystem::file_size(path) > 3'500'000);
    CHECK(sink->files()[0].bytes == static_cast<std::int64_t>(std::filesystem::file_size(path)));
    CHECK(frames_in(path) == static_cast<std::size_t>(sink->files()[0].slots));
    CHECK(sink->files()[0].slots >= slot - 1);
    if (path.ends_with(".mp4"))
      CHECK(probe_one(path, "stream", "nb_frames") == std::to_string(sink->files()[0].slots));
    check_plays(path);
    std::filesystem::remove(path);
  }
  umount(disk.c_str());
}

TEST_CASE("a reader that goes away ends a pipe without a signal") {
  const TempFolder folder;
  for (const char* format : {"rawvideo", "matroska", "mp4", "y4m"}) {
    CAPTURE(std::string(format));
    const std::string path = folder / format;
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::jthread reader([&] {
      const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      char bytes[1000];
      std::size_t got = 0;
      for (ssize_t n = 0; got < 20000 && (n = ::read(fd, bytes, sizeof bytes)) > 0;)
        got += static_cast<std::size_t>(n);
      ::close(fd);
    });
    OutputRequest request = request_for(path);
    request.format = format;
    if (request.format == "rawvideo" || request.format == "y4m") request.encoder = "auto";
    const auto sink = sink_for(request);
    bool closed = false;
    std::int64_t slot = 0;
    for (; slot < 3000 && !closed; ++slot) try {
        sink->write(frame_of(noise(small, static_cast<unsigned>(slot))), Rect::of(small), slot);
      } catch (const PipeClosed&) {
        closed = true;
      }
    CHECK(closed);
    try {
      sink->finish(slot);
    } catch (const PipeClosed&) {
    }
  }
}

TEST_CASE("fragmented mp4, matroska, nut and mpegts go down a pipe and play") {
  const TempFolder folder;
  for (const char* format : {"mp4", "matroska", "nut", "mpegts", "webm"}) {
    CAPTURE(std::string(format));
    const std::string path = folder / format;
    const std::string copy = path + ".copy";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::jthread reader([&] { run("cat '" + path + "' > '" + copy + "'"); });
    OutputRequest request = request_for(path);
    request.format = format;
    if (request.format == "webm") request.encoder = "auto";
    record(request, small, every_slot(100), 100);
    reader.join();
    CHECK(frames_in(copy) == 100);
    check_plays(copy);
  }
}

namespace {

/// Opens and then fails, as drivers do.
class FailingEncoder final : public Encoder {
 public:
  FailingEncoder(std::unique_ptr<Encoder> real, int frames)
      : real_(std::move(real)), left_(frames) {}
  const AVCodecContext& context() const noexcept override { return real_->context(); }
  void send(const AVFrame& frame) override {
    if (left_-- <= 0) throw MediaError("the encoder failed");
    real_->send(frame);
  }
  void drain() override { real_->drain(); }
  bool receive(AVPacket& packet) override { return real_->receive(packet); }

 private:
  std::unique_ptr<Encoder> real_;
  int left_;
};

}  // namespace

TEST_CASE("an encoder that fails in mid-recording leaves a whole file") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv"}) {
    CAPTURE(std::string(name));
    const std::string path = folder / name;
    const OutputPlan plan = plan_output(request_for(path));
    EncoderReport report;
    std::vector<Warning> warnings;
    const auto sink = open_video_sink(
        plan, small, report, warnings,
        [](const EncoderRequest& request, EncoderReport& r) -> std::unique_ptr<Encoder> {
          return std::make_unique<FailingEncoder>(open_encoder(request, r), 90);
        });
    std::int64_t slot = 0;
    bool failed = false;
    for (; slot < 200 && !failed; ++slot) try {
        sink->write(frame_of(picture(small, static_cast<int>(slot))), Rect::of(small), slot);
      } catch (const MediaError&) {
        failed = true;
      }
    CHECK(failed);
    CHECK(slot == 91);
    CHECK_NOTHROW(sink->finish(slot));
    CHECK(sink->files()[0].slots >= 60);
    CHECK(frames_in(path) == static_cast<std::size_t>(sink->files()[0].slots));
    check_plays(path);
  }
}
