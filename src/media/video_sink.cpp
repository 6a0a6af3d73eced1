#include "media/video_sink.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audio/sound.h"
#include "base/first_failure.h"
#include "media/audio_track.h"
#include "media/encoder_frames.h"
#include "media/encoder_traits.h"
#include "media/memory_input.h"
#include "media/muxer.h"
#include "media/palette_frames.h"
#include "media/texture_input.h"
#include "platform/file.h"

namespace rustcam {
namespace {

using AudioTracks = std::vector<std::unique_ptr<AudioTrack>>;

AudioTracks open_audio_tracks(const OutputPlan& plan, std::span<const SoundInput> sounds) {
  AudioTracks tracks;
  for (std::size_t i = 0; i < sounds.size(); ++i)
    tracks.push_back(std::make_unique<AudioTrack>(plan, plan.request.audio.at(i), sounds[i]));
  return tracks;
}

std::unique_ptr<Muxer> open_muxer(const OutputPlan& plan, VideoTrack& track,
                                  const AudioTracks& sounds, File file) {
  std::vector<StreamInfo> streams;
  try {
    streams.push_back(track.stream());
    for (const auto& sound : sounds) streams.push_back(sound->stream());
  } catch (...) {
    file.discard();
    throw;
  }
  auto muxer = std::make_unique<Muxer>(
      MuxerSettings{*plan.container, plan.request.fragment, plan.request.limit}, streams,
      std::move(file));
  track.connect(*muxer, 0);
  for (std::size_t i = 0; i < sounds.size(); ++i)
    sounds[i]->connect(*muxer, static_cast<StreamId>(i + 1));
  return muxer;
}

class VideoSink final : public FrameSink {
 public:
  VideoSink(const OutputPlan& plan, std::unique_ptr<VideoTrack> track, AudioTracks sounds,
            File file)
      : container_(*plan.container),
        path_(plan.request.path),
        fps_(plan.fps),
        longest_gap_(longest_slots(container_, plan.fps)),
        track_(std::move(track)),
        sounds_(std::move(sounds)),
        muxer_(open_muxer(plan, *track_, sounds_, std::move(file))) {}

  ~VideoSink() override {
    try {
      finish(track_->next_slot());
    } catch (...) {  // nobody is left to be told
    }
  }

  void write(const Frame& frame, const Region& damage, std::int64_t slot) override {
    guarded([&] {
      track_->write(frame, damage, slot);
      take_sound(slot);
    });
  }

  void idle(std::int64_t slot) override {
    guarded([&] {
      take_sound(slot);
      muxer_->idle();
    });
  }

  void finish(std::int64_t slots) override {
    if (std::exchange(finished_, true)) return;
    FirstFailure failure;
    failure.attempt([&] { track_->finish(slots); });
    const std::int64_t end = hands_over() ? track_->totals().end : slots;
    for (const auto& sound : sounds_) failure.attempt([&] { sound->finish(end); });
    failure.attempt([&] { muxer_->finish(); });
    failure.rethrow();
  }

  bool hands_over() const noexcept override { return track_->hands_over(); }
  Handover hand_over() const override { return track_->hand_over(); }
  void resume(std::span<const HeldPicture> pictures) override {
    guarded([&] {
      for (const HeldPicture& picture : pictures) track_->resume(picture);
    });
  }
  Kept kept() const noexcept override {
    const PacketTally& video = muxer_->kept(0);
    return {hands_over() ? std::max(video.end, sound_end()) : video.end, video.packets};
  }
  std::int64_t longest_gap() const noexcept override { return longest_gap_; }
  std::int64_t bytes_written() const noexcept override { return muxer_->bytes_written(); }
  std::optional<std::string> sync_failure() const override { return muxer_->sync_failure(); }
  void interrupt() noexcept override { muxer_->interrupt(); }
  void hurry() noexcept override {
    track_->hurry();
    for (const auto& sound : sounds_) sound->hurry();
  }
  Size encoded_size() const noexcept override { return track_->encoded_size(); }
  Size picture_size() const noexcept override { return track_->picture_size(); }
  std::vector<OutputFile> files() const override {
    if (!muxer_->file_stays()) return {};
    return {{path_, std::string(container_.name), bytes_written(), kept().slots}};
  }
  std::vector<AudioTrackReport> audio() const override {
    std::vector<AudioTrackReport> reports;
    for (const auto& sound : sounds_) {
      reports.push_back(sound->report());
      reports.back().samples = muxer_->kept(static_cast<StreamId>(reports.size())).end;
    }
    return reports;
  }
  Duration last_encode_time() const noexcept override { return track_->last_encode_time(); }
  std::int64_t bytes_converted() const noexcept override { return track_->bytes_converted(); }

 private:
  /// In slots: a file is as long as its sound, and its last picture is shown so long.
  std::int64_t sound_end() const noexcept {
    if (sounds_.empty()) return 0;
    return av_rescale(muxer_->kept(1).end, fps_.num, fps_.den * sound_rate);
  }

  /// A file that another goes on after must not have sound of the other's time.
  void take_sound(std::int64_t slot) {
    for (const auto& sound : sounds_) sound->take(track_->sure_end(slot));
  }

  /// After a failure of one track, none goes on; but what is handed over ends in all tracks at the
  /// same time.
  template <typename Work>
  void guarded(Work&& work) {
    try {
      work();
    } catch (...) {
      track_->give_up();
      if (hands_over()) throw;
      for (const auto& sound : sounds_) sound->give_up();
      throw;
    }
  }

  const Container& container_;
  std::string path_;
  Rational fps_;
  std::int64_t longest_gap_;
  std::unique_ptr<VideoTrack> track_;
  AudioTracks sounds_;
  std::unique_ptr<Muxer> muxer_;
  bool finished_ = false;
};

/// Said before the first picture: when it shows, the recording is spoilt.
std::optional<Warning> live_warning(const AVCodecContext& context, const Rational& fps) {
  const int capacity = traits_of(*context.codec).megapixels;
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const double asked = 1e-6 * context.width * context.height * fps.value();
  if (capacity == 0 || asked <= static_cast<double>(capacity) * processors) return std::nullopt;
  const std::string name = context.codec->name;
  return Warning{"encoder_demanding",
                 "encoder " + name + " may not keep up with " +
                     to_string(Size{context.width, context.height}) + " at " + to_string(fps) +
                     " frames a second on " + std::to_string(processors) +
                     (processors == 1 ? " processor" : " processors"),
                 "choose a lower --fps or a smaller --size, or --encoder x264 into .mkv or .mp4"};
}

struct OnGpu {
  std::unique_ptr<TextureInput> input;
  std::unique_ptr<Encoder> encoder;
};

/// The plan's first encoder, fed with textures; nullopt if that cannot be, and the report says why.
std::optional<OnGpu> open_with_textures(const OutputPlan& plan, const SampleFormat& format,
                                        Size captured, EncoderReport& report,
                                        const EncoderFactory& factory) {
  const std::string& name = plan.encoders.front();
  const Size picture = plan.request.size.value_or(captured);
  EncoderReport trial;
  try {
    auto input = open_texture_input(plan.textures, captured, picture,
                                    padded_size(find_encoder(name), format, picture));
    OutputPlan alone = plan;
    alone.encoders = {name};
    auto encoder = factory({alone, *plan.container, format, picture, input.get()}, trial);
    trial.tried = report.tried;
    trial.input = "texture";
    report = std::move(trial);
    return OnGpu{std::move(input), std::move(encoder)};
  } catch (const MediaError& error) {
    const std::string why = trial.tried.empty() ? error.what() : trial.tried.back().error;
    report.tried.push_back({name, textures_refused + why});
  } catch (const UsageError&) {
    // Said again, and better, if it does not fit in memory either.
  }
  return std::nullopt;
}

/// That an encoder took no textures says nothing if it does not open at all.
void forget_textures(EncoderReport& report) {
  std::erase_if(report.tried, [&](const EncoderReport::Tried& tried) {
    return tried.error.starts_with(textures_refused) && tried.name != report.name;
  });
}

std::unique_ptr<PictureSource> memory_frames(const Encoder& encoder, const SampleFormat& format,
                                             Size picture, Size encoded) {
  if (encoder.context().pix_fmt == AV_PIX_FMT_PAL8) return std::make_unique<PaletteFrames>(picture);
  return std::make_unique<EncoderFrames>(laid_out(format, encoder.frame_format()), picture,
                                         encoded);
}

}  // namespace

std::unique_ptr<VideoTrack> open_video_track(const OutputPlan& plan, Size captured,
                                             EncoderReport& report, std::vector<Warning>& warnings,
                                             const EncoderFactory& factory) {
  const SampleFormat format = *sample_format_by_name(plan.pixel_format);
  const Size picture = plan.request.size.value_or(captured);
  std::unique_ptr<TrackInput> input;
  std::unique_ptr<Encoder> encoder;
  if (plan.textures && takes_textures(plan)) {
    if (auto on_gpu = open_with_textures(plan, format, captured, report, factory)) {
      input = std::move(on_gpu->input);
      encoder = std::move(on_gpu->encoder);
    }
  }
  if (!encoder) {
    encoder = factory({plan, *plan.container, format, picture}, report);
    forget_textures(report);
  }
  const Size encoded{encoder->context().width, encoder->context().height};
  if (encoded != picture)
    warnings.push_back({"padded",
                        "the video is " + to_string(encoded) +
                            ", a pixel larger than the picture's " + to_string(picture) +
                            ", because " + report.name + " takes even sizes only",
                        "use --pixel-format yuv444p or .webm for the exact size"});
  if (auto slow = live_warning(encoder->context(), plan.fps)) warnings.push_back(std::move(*slow));
  if (!input)
    input =
        std::make_unique<MemoryInput>(memory_frames(*encoder, format, picture, encoded), picture);
  return std::make_unique<VideoTrack>(std::move(encoder), std::move(input), picture);
}

std::unique_ptr<FrameSink> open_video_sink(const OutputPlan& plan, Size captured,
                                           EncoderReport& report, std::vector<Warning>& warnings,
                                           const EncoderFactory& factory,
                                           std::span<const SoundInput> sounds) {
  auto track = open_video_track(plan, captured, report, warnings, factory);
  AudioTracks audio = open_audio_tracks(plan, sounds);
  File file = plan.to_stdout ? File::standard_output()
                             : File::create(plan.request.path, may_overwrite(plan.request));
  if (report.hardware && software_plan(plan) && is_regular_file(plan.request.path))
    track->hold_for_another(tells_end(*plan.container) || !sounds.empty(), plan.request.vfr);
  return std::make_unique<VideoSink>(plan, std::move(track), std::move(audio), std::move(file));
}

}  // namespace rustcam
