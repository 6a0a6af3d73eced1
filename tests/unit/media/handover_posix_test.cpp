#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/in_flight.h"
#include "media/video_sink.h"
#include "sound_support.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

constexpr Size grey_size{64, 48};
constexpr SoundTime samples_a_slot = 800;

/// Slot n is plain grey of this value.
std::uint8_t grey_of(std::int64_t slot) {
  return static_cast<std::uint8_t>(20 + 2 * slot);
}

Frame grey_frame(std::int64_t slot) {
  const std::uint8_t v = grey_of(slot);
  return frame_of(flat(grey_size, {v, v, v}));
}

/// Holds packets back and then fails, as a driver does whose device is gone.
class DyingEncoder final : public Encoder {
 public:
  struct Death {
    std::int64_t frames = 0;  ///< taken before it fails
    std::size_t holds = 0;    ///< packets that it keeps
  };
  DyingEncoder(std::unique_ptr<Encoder> real, Death death)
      : real_(std::move(real)), death_(death), left_(death.frames) {}
  const AVCodecContext& context() const noexcept override { return real_->context(); }
  void send(const AVFrame& frame) override {
    if (left_-- <= 0) throw MediaError("the device was removed");
    real_->send(frame);
    for (PacketPtr packet = make_packet(); real_->receive(*packet); packet = make_packet())
      packets_.push_back(std::move(packet));
  }
  void drain() override { throw MediaError("the device was removed"); }
  bool receive(AVPacket& packet) override {
    if (packets_.size() <= death_.holds) return false;
    av_packet_move_ref(&packet, packets_.front().get());
    packets_.erase(packets_.begin());
    return true;
  }

 private:
  std::unique_ptr<Encoder> real_;
  Death death_;
  std::int64_t left_;
  std::vector<PacketPtr> packets_;
};

OutputPlan plan_for(const std::string& path, const std::string& encoder) {
  OutputRequest request;
  request.path = path;
  request.encoder = "x264";
  request.fps = Rational{60, 1};
  // Every packet comes at once, so that it is the other encoder that holds them.
  request.encoder_options = {{"tune", "zerolatency"}};
  request.crf = 4;
  OutputPlan plan = plan_output(request);
  plan.request.encoder = encoder;
  return plan;
}

std::unique_ptr<FrameSink> open_dying(const OutputPlan& plan, DyingEncoder::Death death,
                                      std::span<const SoundInput> sounds = {}) {
  EncoderReport report;
  std::vector<Warning> warnings;
  return open_video_sink(
      plan, grey_size, report, warnings,
      [death](const EncoderRequest& request, EncoderReport& r) -> std::unique_ptr<Encoder> {
        auto encoder = std::make_unique<DyingEncoder>(open_encoder(request, r), death);
        r.hardware = true;
        return encoder;
      },
      sounds);
}

std::unique_ptr<FrameSink> open_next(const OutputPlan& plan,
                                     std::span<const SoundInput> sounds = {}) {
  EncoderReport report;
  std::vector<Warning> warnings;
  return open_sink(plan, grey_size, report, warnings, sounds);
}

void write_greys(FrameSink& sink, std::int64_t from, std::int64_t to, std::int64_t first = 0) {
  for (std::int64_t slot = from; slot < to; ++slot)
    sink.write(grey_frame(slot), Rect::of(grey_size), slot - first);
}

/// The slots before `at` and the failure there.
void write_until_death(FrameSink& sink, std::int64_t at) {
  write_greys(sink, 0, at);
  CHECK_THROWS_AS(write_greys(sink, at, at + 1), MediaError);
}

/// Of each picture as it is decoded.
std::vector<std::int64_t> slots_shown(const std::string& path) {
  run("ffmpeg -v error -y -i '" + path + "' -fps_mode passthrough -f rawvideo -pix_fmt rgb24 '" +
      path + ".raw'");
  std::ifstream file(path + ".raw", std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  constexpr std::size_t area = std::size_t{64} * 48 * 3;
  std::vector<std::int64_t> slots;
  for (std::size_t at = 0; at + area <= bytes.size(); at += area) {
    double sum = 0;
    for (std::size_t i = at; i < at + area; ++i) sum += static_cast<std::uint8_t>(bytes[i]);
    slots.push_back(std::lround((sum / area - 19.5) / 2));
  }
  return slots;
}

std::vector<std::int64_t> slots_between(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> slots(static_cast<std::size_t>(to - from));
  std::iota(slots.begin(), slots.end(), from);
  return slots;
}

double seconds(const std::string& path) {
  return std::stod(probe_one(path, "stream", "duration"));
}

}  // namespace

TEST_CASE("another encoder goes on with what a failing one held, and no slot is lost") {
  for (const char* ending : {".mp4", ".mkv", ".mov"}) {
    CAPTURE(std::string(ending));
    const TempFolder folder;
    const std::string first = folder / ("a" + std::string(ending));
    const std::string second = folder / ("a-2" + std::string(ending));
    const auto sink = open_dying(plan_for(first, "auto"), {60, 3});
    write_until_death(*sink, 60);
    REQUIRE(sink->hands_over());
    CHECK_NOTHROW(sink->finish(60));
    const Handover left = sink->hand_over();
    CHECK(left.slot == 57);
    CHECK(left.lost == 0);
    CHECK(sink->kept().slots == 57);
    REQUIRE(left.pictures.size() == 3);

    const auto next = open_next(plan_for(second, "x264"));
    std::vector<HeldPicture> pictures = left.pictures;
    for (HeldPicture& picture : pictures) picture.slot -= left.slot;
    next->resume(pictures);
    write_greys(*next, 60, 100, 57);
    next->finish(100 - 57);
    CHECK(next->kept().slots == 43);
    CHECK(slots_shown(first) == slots_between(0, 57));
    CHECK(slots_shown(second) == slots_between(57, 100));
    check_plays(first);
    check_plays(second);
  }
}

TEST_CASE("what is too much to hold is told, and the picture before it lasts") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  const auto sink = open_dying(plan_for(path, "auto"), {60, 40});
  write_until_death(*sink, 60);
  sink->finish(60);
  const Handover left = sink->hand_over();
  const auto held = static_cast<std::int64_t>(InFlight::most_held);
  CHECK(left.lost == 40 - held);
  CHECK(left.slot == 60 - held);
  REQUIRE(std::ssize(left.pictures) == held);
  CHECK(left.pictures.front().slot == left.slot);
  CHECK(sink->kept().slots == left.slot);
  CHECK(sink->kept().samples == 20);
  CHECK(slots_shown(path) == slots_between(0, 20));
  CHECK(std::abs(seconds(path) - static_cast<double>(left.slot) / 60) < 0.002);
}

TEST_CASE("an encoder that fails before its first packet leaves no file, and all its pictures") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  const auto sink = open_dying(plan_for(path, "auto"), {5, 40});
  write_until_death(*sink, 5);
  sink->finish(5);
  const Handover left = sink->hand_over();
  CHECK(left.slot == 0);
  CHECK(left.lost == 0);
  CHECK(left.pictures.size() == 5);
  CHECK(sink->files().empty());
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("an encoder that fails at the end hands over as well") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  const auto sink = open_dying(plan_for(path, "auto"), {100, 2});
  write_greys(*sink, 0, 30);
  CHECK_THROWS_AS(sink->finish(30), MediaError);
  REQUIRE(sink->hands_over());
  const Handover left = sink->hand_over();
  CHECK(left.slot == 28);
  CHECK(left.pictures.size() == 2);
  CHECK(slots_shown(path) == slots_between(0, 28));
}

TEST_CASE("with few pictures, the last one before a failure lasts to where the next file begins") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  OutputPlan plan = plan_for(path, "auto");
  plan.request.vfr = true;
  const auto sink = open_dying(plan, {2, 0});
  for (const std::int64_t slot : {0, 30}) sink->write(grey_frame(slot), Rect::of(grey_size), slot);
  CHECK_THROWS_AS(sink->write(grey_frame(75), Rect::of(grey_size), 75), MediaError);
  sink->finish(75);
  CHECK(sink->hand_over().slot == 75);
  CHECK(sink->hand_over().pictures.empty());
  CHECK(sink->kept().slots == 75);
  CHECK(std::abs(seconds(path) - 1.25) < 0.002);
}

TEST_CASE("an encoder that was asked for by name hands nothing over, and its file is whole") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  const auto sink = open_dying(plan_for(path, "x264"), {60, 3});
  write_until_death(*sink, 60);
  CHECK(!sink->hands_over());
  CHECK_NOTHROW(sink->finish(60));
  CHECK(sink->kept().slots == 57);
  CHECK(slots_shown(path) == slots_between(0, 57));
  check_plays(path);
}

TEST_CASE("sound goes on in the next file where the first one ends") {
  const TempFolder folder;
  const std::string first = folder / "a.mov";
  const std::string second = folder / "a-2.mov";
  const auto with_sound = [](OutputPlan plan) {
    plan.request.audio = {"mic"};
    plan.audio_encoder = "pcm_s16le";
    return plan;
  };
  ChirpFeed feed;
  feed.set_available(1000 * samples_a_slot);
  const SoundInput from_start{&feed, 0};
  const auto sink = open_dying(with_sound(plan_for(first, "auto")), {60, 7}, {&from_start, 1});
  write_until_death(*sink, 60);
  sink->finish(60);
  const Handover left = sink->hand_over();
  CHECK(left.slot == 53);
  CHECK(feed.end() == 53 * samples_a_slot);
  CHECK(sink->audio().at(0).samples == 53 * samples_a_slot);

  const SoundInput from_there{&feed, left.slot};
  const auto next = open_next(with_sound(plan_for(second, "x264")), {&from_there, 1});
  std::vector<HeldPicture> pictures = left.pictures;
  for (HeldPicture& picture : pictures) picture.slot -= left.slot;
  next->resume(pictures);
  write_greys(*next, 60, 100, 53);
  next->finish(100 - 53);
  CHECK(feed.in_order());
  CHECK(feed.skipped() == 0);
  CHECK(feed.waited_for() == 0);
  CHECK(feed.end() == 100 * samples_a_slot);
  std::vector<float> heard = hear(first).at(0).left;
  CHECK(std::ssize(heard) == 53 * samples_a_slot);
  const std::vector<float> rest = hear(second).at(0).left;
  heard.insert(heard.end(), rest.begin(), rest.end());
  CHECK(std::ssize(heard) == 100 * samples_a_slot);
  const std::vector<SoundTime> offsets = chirp_offsets(heard);
  CHECK(offsets.size() >= 3);
  for (const SoundTime offset : offsets) CHECK(offset == 0);
}

TEST_CASE("pictures in the GPU's memory are lost with the encoder that held them") {
  InFlight in_flight(true);
  const FramePtr here = make_frame();
  here->format = AV_PIX_FMT_YUV420P;
  here->width = 16;
  here->height = 16;
  REQUIRE(av_frame_get_buffer(here.get(), 0) >= 0);
  const FramePtr there(av_frame_clone(here.get()));
  there->hw_frames_ctx = av_buffer_alloc(1);
  for (const std::int64_t slot : {4, 5}) in_flight.sent(*there, slot);
  CHECK(in_flight.first_slot() == 4);
  Handover left = in_flight.hand_over(6, true);
  CHECK(left.slot == 6);
  CHECK(left.lost == 2);
  CHECK(left.pictures.empty());
  // Later than what cannot be had, one that can.
  in_flight.sent(*here, 6);
  left = in_flight.hand_over(7, true);
  CHECK(left.slot == 6);
  CHECK(left.lost == 2);
  CHECK(left.pictures.size() == 1);
  // Without a picture before them, what comes next begins with the file.
  left = in_flight.hand_over(7, false);
  CHECK(left.slot == 0);
  CHECK(left.pictures.front().slot == 0);
  for (const std::int64_t slot : {4, 5, 6}) in_flight.came(slot);
  CHECK(!in_flight.first_slot());
  CHECK(in_flight.hand_over(7, true).slot == 7);
  CHECK(in_flight.last()->data[0] == here->data[0]);
}

TEST_CASE("a picture that one encoder held is sorted for another") {
  const FramePtr nv12 = make_frame();
  nv12->format = AV_PIX_FMT_NV12;
  nv12->width = 6;
  nv12->height = 4;
  REQUIRE(av_frame_get_buffer(nv12.get(), 0) >= 0);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 6; ++x)
      nv12->data[0][y * nv12->linesize[0] + x] = static_cast<std::uint8_t>(10 * y + x);
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 6; ++x)
      nv12->data[1][y * nv12->linesize[1] + x] = static_cast<std::uint8_t>(100 + 10 * y + x);
  nv12->pts = 7;
  nv12->color_range = AVCOL_RANGE_JPEG;
  const FramePtr planar = shared_frame(*nv12, AV_PIX_FMT_YUV420P);
  CHECK(planar->color_range == AVCOL_RANGE_JPEG);
  CHECK(planar->data[0][2 * planar->linesize[0] + 5] == 25);
  CHECK(planar->data[1][planar->linesize[1] + 2] == 114);
  CHECK(planar->data[2][planar->linesize[2] + 2] == 115);
  CHECK(shared_frame(*nv12, AV_PIX_FMT_NV12)->data[0] == nv12->data[0]);
  CHECK_THROWS_AS(shared_frame(*nv12, AV_PIX_FMT_YUV444P), MediaError);
}

TEST_CASE("the next file repeats the last picture where the first cannot tell how long it lasts") {
  const TempFolder folder;
  const std::string path = folder / "a.mkv";
  OutputPlan plan = plan_for(path, "auto");
  plan.request.vfr = true;
  const auto sink = open_dying(plan, {2, 0});
  for (const std::int64_t slot : {0, 30}) sink->write(grey_frame(slot), Rect::of(grey_size), slot);
  CHECK_THROWS_AS(sink->write(grey_frame(75), Rect::of(grey_size), 75), MediaError);
  sink->finish(75);
  const Handover left = sink->hand_over();
  CHECK(left.slot == 31);
  CHECK(left.lost == 0);
  REQUIRE(left.pictures.size() == 1);
  CHECK(left.pictures[0].slot == 31);
  CHECK(sink->kept().slots == 31);
  const std::string second = folder / "b.mkv";
  const auto next = open_next(plan_for(second, "x264"));
  next->resume(std::vector<HeldPicture>{{0, left.pictures[0].frame}});
  next->finish(1);
  CHECK(slots_shown(second) == std::vector<std::int64_t>{30});
}

TEST_CASE("a file is as long as its sound, whatever its pictures can tell") {
  const TempFolder folder;
  OutputPlan plan = plan_for(folder / "a.mkv", "auto");
  plan.request.vfr = true;
  plan.request.audio = {"mic"};
  plan.audio_encoder = "flac";
  ChirpFeed feed;
  feed.set_available(1000 * samples_a_slot);
  const SoundInput sound{&feed, 0};
  const auto sink = open_dying(plan, {2, 0}, {&sound, 1});
  for (const std::int64_t slot : {0, 30}) sink->write(grey_frame(slot), Rect::of(grey_size), slot);
  sink->idle(70);
  CHECK_THROWS_AS(sink->write(grey_frame(75), Rect::of(grey_size), 75), MediaError);
  sink->finish(75);
  CHECK(sink->hand_over().slot == 75);
  CHECK(sink->kept().slots == 75);
  CHECK(feed.end() == 75 * samples_a_slot);
}
