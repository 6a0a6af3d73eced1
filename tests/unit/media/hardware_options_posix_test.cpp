#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "media/encoder_device.h"
#include "media/encoder_options.h"
#include "media/encoder_traits.h"
#include "media/sample_format.h"
#include "support.h"

using namespace rustcam;

namespace {

/// A context that was set up for `request`; null if FFmpeg here does not have the encoder.
CodecContextPtr set_up(const char* encoder, const OutputRequest& request) {
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder);
  if (codec == nullptr) return nullptr;
  CodecContextPtr context(avcodec_alloc_context3(codec));
  check_encoder_options(request, *codec);
  apply_encoder_options(request, *codec, std::nullopt, *context);
  return context;
}

std::string option(const AVCodecContext& context, const char* key) {
  std::uint8_t* value = nullptr;
  // FFmpeg asks for no const here.
  auto* object = const_cast<AVCodecContext*>(&context);
  REQUIRE(av_opt_get(object, key, AV_OPT_SEARCH_CHILDREN, &value) >= 0);
  std::string text = reinterpret_cast<const char*>(value);
  av_free(value);
  return text;
}

}  // namespace

TEST_CASE("NVENC is set up for live use") {
  for (const char* encoder : {"h264_nvenc", "hevc_nvenc", "av1_nvenc"}) {
    CAPTURE(std::string(encoder));
    const CodecContextPtr context = set_up(encoder, {});
    if (!context) continue;
    CHECK(context->max_b_frames == 0);
    CHECK(option(*context, "delay") == "0");
    CHECK(option(*context, "zerolatency") == "true");
    CHECK(option(*context, "rc-lookahead") == "0");
    // A quality without a bit rate for a ceiling.
    CHECK(context->bit_rate == 0);
    CHECK(std::stod(option(*context, "cq")) == 23);

    OutputRequest asked;
    asked.crf = 18.5;
    asked.gop = 77;
    CHECK(std::stod(option(*set_up(encoder, asked), "cq")) == 18.5);
    CHECK(set_up(encoder, asked)->gop_size == 77);
    // 0 would be a quality of its own choice.
    asked.crf = 0;
    CHECK(std::stod(option(*set_up(encoder, asked), "cq")) == 1);

    OutputRequest rate;
    rate.bitrate = 5'000'000;
    const CodecContextPtr with_rate = set_up(encoder, rate);
    CHECK(with_rate->bit_rate == 5'000'000);
    CHECK(std::stod(option(*with_rate, "cq")) == 0);
  }
}

TEST_CASE("VAAPI is set up for live use") {
  struct Case {
    const char* encoder;
    int quality;
    int finest;
  };
  for (const Case& c :
       {Case{"h264_vaapi", 23, 1}, Case{"hevc_vaapi", 23, 1}, Case{"av1_vaapi", 115, 5}}) {
    CAPTURE(std::string(c.encoder));
    const CodecContextPtr context = set_up(c.encoder, {});
    if (!context) continue;
    CHECK(context->max_b_frames == 0);
    CHECK(option(*context, "async_depth") == "1");
    CHECK(context->bit_rate == 0);
    CHECK(context->global_quality == c.quality);
    CHECK(option(*context, "rc_mode") == "1");
    const int usual_level = context->compression_level;

    OutputRequest asked;
    asked.crf = 0;
    asked.preset = "veryslow";
    CHECK(set_up(c.encoder, asked)->global_quality == c.finest);
    CHECK(set_up(c.encoder, asked)->compression_level == 1);
    asked.preset = "ultrafast";
    CHECK(set_up(c.encoder, asked)->compression_level == 7);
    CHECK(usual_level != 7);

    OutputRequest rate;
    rate.bitrate = 5'000'000;
    const CodecContextPtr with_rate = set_up(c.encoder, rate);
    CHECK(with_rate->bit_rate == 5'000'000);
    CHECK(with_rate->global_quality <= 0);
    CHECK(option(*with_rate, "rc_mode") == "0");
  }
}

TEST_CASE("VAAPI takes what can be brought to a GPU as nv12, and is given that") {
  const AVCodec* codec = avcodec_find_encoder_by_name("h264_vaapi");
  if (codec == nullptr) return;
  CHECK(is_vaapi(*codec));
  CHECK(takes(*codec, *sample_format_by_name("yuv420p")));
  CHECK(takes(*codec, *sample_format_by_name("yuvj420p")));
  CHECK(!takes(*codec, *sample_format_by_name("yuv444p")));
  const SampleFormat full = laid_out(*sample_format_by_name("yuvj420p"), AV_PIX_FMT_NV12);
  CHECK(full.pixels == PixelFormat::nv12);
  CHECK(full.av == AV_PIX_FMT_NV12);
  CHECK(full.encoding.range == ColorRange::full);
  CHECK(laid_out(*sample_format_by_name("yuv444p"), AV_PIX_FMT_YUV444P).pixels ==
        PixelFormat::yuv444p);
  if (const AVCodec* x264 = avcodec_find_encoder_by_name("libx264")) CHECK(!is_vaapi(*x264));
}
