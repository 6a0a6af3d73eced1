#include "capture/portal/pods.h"

#include <doctest/doctest.h>
#include <spa/param/format.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>
#include <spa/pod/iter.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/portal/video_formats.h"
#include "image/buffer_view.h"

namespace rustcam::portal {
namespace {

struct Settled {
  alignas(8) std::array<std::uint8_t, 1024> bytes{};
  spa_video_info_raw info{};

  Settled() {
    info.format = SPA_VIDEO_FORMAT_BGRx;
    info.size = {640, 360};
    info.framerate = {0, 1};
  }
  std::optional<VideoFormat> read() {
    spa_pod_builder builder{};
    spa_pod_builder_init(&builder, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
    return read_format(spa_format_video_raw_build(&builder, SPA_PARAM_Format, &info));
  }
};

TEST_CASE("what is settled is read") {
  Settled settled;
  const auto format = settled.read();
  REQUIRE(format);
  CHECK(format->pixels == format_named(SPA_VIDEO_FORMAT_BGRx));
  CHECK(format->size == Size{640, 360});
  CHECK_FALSE(format->dmabuf);
}

TEST_CASE("a GPU's memory is read only if it is laid out row by row") {
  Settled settled;
  settled.info.flags = SPA_VIDEO_FLAG_MODIFIER;
  settled.info.modifier = 0;
  CHECK(settled.read()->dmabuf);
  settled.info.modifier = 0x100000000000001;  // Intel's X tiles
  CHECK_FALSE(settled.read());
  settled.info.modifier = 0xffffffffffffff;  // its maker knows
  CHECK_FALSE(settled.read());
}

TEST_CASE("a format that cannot be read is none") {
  Settled settled;
  SUBCASE("pixels") {
    settled.info.format = SPA_VIDEO_FORMAT_NV12;
  }
  SUBCASE("no width") {
    settled.info.size.width = 0;
  }
  SUBCASE("huge") {
    settled.info.size.height = 16385;
  }
  CHECK_FALSE(settled.read());
  CHECK_FALSE(read_format(nullptr));
}

TEST_CASE("shared memory is offered first, then a GPU's that is laid out row by row") {
  const Pods pods = Pods::formats();
  const std::vector<const spa_pod*> offers = pods.list();
  REQUIRE(offers.size() == 2);
  CHECK(spa_pod_find_prop(offers[0], nullptr, SPA_FORMAT_VIDEO_modifier) == nullptr);
  const spa_pod_prop* modifier = spa_pod_find_prop(offers[1], nullptr, SPA_FORMAT_VIDEO_modifier);
  REQUIRE(modifier != nullptr);
  CHECK((modifier->flags & SPA_POD_PROP_FLAG_MANDATORY) != 0);
  std::int64_t value = -1;
  CHECK(spa_pod_get_long(&modifier->value, &value) == 0);
  CHECK(value == 0);
}

TEST_CASE("a source without a rate can agree, and none is slowed down") {
  const Pods pods = Pods::formats();
  const spa_pod_prop* most =
      spa_pod_find_prop(pods.list().front(), nullptr, SPA_FORMAT_VIDEO_maxFramerate);
  REQUIRE(most != nullptr);
  std::uint32_t count = 0;
  std::uint32_t kind = 0;
  const spa_pod* values = spa_pod_get_values(&most->value, &count, &kind);
  CHECK(kind == SPA_CHOICE_Range);
  REQUIRE(count == 3);
  std::array<spa_fraction, 3> told{};
  std::memcpy(told.data(), reinterpret_cast<const char*>(values) + sizeof(spa_pod), sizeof told);
  CHECK(told[1].num == 0);
  CHECK(told[2].num >= 1000);
}

TEST_CASE("the pointer's metadata is asked for only if it is wanted") {
  const VideoFormat format{format_named(SPA_VIDEO_FORMAT_BGRx), {640, 360}, false};
  CHECK(Pods::buffers(format, true).list().size() ==
        Pods::buffers(format, false).list().size() + 1);
}

TEST_CASE("PipeWire's names of formats are ours") {
  // PipeWire tells bytes as they lie in memory; so do ours with 8 bits a channel.
  const auto name = [](std::uint32_t format) { return std::string(format_named(format)->name); };
  CHECK(name(SPA_VIDEO_FORMAT_BGRx) == "bgrx8");
  CHECK(name(SPA_VIDEO_FORMAT_RGBA) == "rgba8");
  CHECK(name(SPA_VIDEO_FORMAT_xRGB) == "xrgb8");
  CHECK(name(SPA_VIDEO_FORMAT_ABGR) == "abgr8");
  CHECK(name(SPA_VIDEO_FORMAT_RGB) == "rgb8");
  CHECK(name(SPA_VIDEO_FORMAT_xRGB_210LE) == "x2rgb10");
  CHECK(name(SPA_VIDEO_FORMAT_ABGR_210LE) == "a2bgr10");
  for (const std::uint32_t each : readable_formats()) CHECK(format_named(each) != nullptr);
  CHECK(format_named(SPA_VIDEO_FORMAT_NV12) == nullptr);
}

}  // namespace
}  // namespace rustcam::portal
