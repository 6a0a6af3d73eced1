#include "audio/resampler.h"

#include <cmath>
#include <cstddef>
#include <string>

#include "audio/sound.h"
#include "base/error.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

namespace rustcam {
namespace {

/// Paces are told to libswresample as a change of the output over so many values: whole numbers.
constexpr int pace_distance = 100'000'000;
/// Places are asked for in such fractions of an input value.
constexpr std::int64_t fractions = 1 << 16;

void check(int result, const char* what) {
  if (result < 0)
    throw MediaError(std::string("libswresample cannot ") + what + " (error " +
                     std::to_string(result) + ")");
}

}  // namespace

struct Resampler::Context {
  SwrContext* swr = nullptr;
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { swr_free(&swr); }
};

Resampler::Resampler(int rate, int channels)
    : context_(std::make_unique<Context>()), rate_(rate), channels_(channels) {
  AVChannelLayout in{};
  AVChannelLayout out{};
  av_channel_layout_default(&in, channels);
  av_channel_layout_default(&out, sound_channels);
  check(swr_alloc_set_opts2(&context_->swr, &out, AV_SAMPLE_FMT_FLT, sound_rate, &in,
                            AV_SAMPLE_FMT_FLT, rate, 0, nullptr),
        "be set up");
  SwrContext* swr = context_->swr;
  // Always through the filter, even if the rates are equal: the pace is steered there. Between the
  // filter's phases it interpolates, else steering would be heard as noise.
  check(av_opt_set_int(swr, "flags", SWR_FLAG_RESAMPLE, 0), "always resample");
  check(av_opt_set_int(swr, "exact_rational", 0, 0), "be steered");
  check(av_opt_set_int(swr, "linear_interp", 1, 0), "interpolate");
  // Its own rule would make one channel quieter by 3 dB.
  static constexpr double both[] = {1, 1};
  if (channels == 1) check(swr_set_matrix(swr, both, 1), "mix");
  check(swr_init(swr), "start");
}

Resampler::~Resampler() = default;

void Resampler::set_pace(double parts) {
  check(swr_set_compensation(context_->swr, static_cast<int>(std::lround(-parts * pace_distance)),
                             pace_distance),
        "be steered");
}

void Resampler::feed(std::span<const float> samples, std::vector<float>& out) {
  const auto frames = static_cast<int>(samples.size() / static_cast<std::size_t>(channels_));
  const int room = swr_get_out_samples(context_->swr, frames);
  check(room, "say how much it will make");
  const std::size_t before = out.size();
  out.resize(before + static_cast<std::size_t>(room) * sound_channels);
  const auto* from = reinterpret_cast<const std::uint8_t*>(samples.data());
  auto* into = reinterpret_cast<std::uint8_t*>(out.data() + before);
  const int made = swr_convert(context_->swr, &into, room, &from, frames);
  check(made, "resample");
  fed_ += frames;
  out.resize(before + static_cast<std::size_t>(made) * sound_channels);
}

double Resampler::next_input() const noexcept {
  const std::int64_t waiting = swr_get_delay(context_->swr, rate_ * fractions);
  return static_cast<double>(fed_) - static_cast<double>(waiting) / fractions;
}

}  // namespace rustcam
