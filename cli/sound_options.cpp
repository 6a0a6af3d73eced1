#include "cli/sound_options.h"

#include "base/error.h"
#include "cli/values.h"

namespace rustcam::cli {

namespace {

constexpr double longest_delay_ms = 10'000;

void refuse_without_sound(const char* option, const std::optional<std::string>& given) {
  if (given)
    throw UsageError(std::string(option) +
                     " means nothing without sound: add --audio desktop, or leave it out");
}

}  // namespace

void add_sound_options(Parser& parser, SoundArguments& into) {
  parser.section("Sound");
  parser.values(
      "-a,--audio", into.audio,
      {"SOURCE",
       "record sound: desktop, mic, device:NAME or app:NAME; may be repeated, a track each",
       "no sound",
       "-a desktop -a mic",
       "`rustcam-cli list audio` shows the names, and its ids serve too. Several sources "
       "joined by `|` are mixed into one track (quote it: -a 'desktop|mic'), and "
       "`@-6dB` behind a source sets its gain. desktop (or default_output) is what is "
       "played, mic (or default_input) what is recorded, and both follow the system's "
       "default; a named device is never replaced by another: while it is away there is "
       "silence. device:clap and device:tone are built in, for tests",
       {"desktop", "mic", "default_output", "default_input"}});
  parser.value("--audio-codec", into.codec,
               {"C",
                "aac, opus, flac, pcm or any sound encoder that FFmpeg has",
                "by the container: aac (mp4, mov, mpegts), opus (mkv, webm)",
                "--audio-codec flac",
                "",
                {"aac", "opus", "flac", "pcm"}});
  parser.value("--audio-bitrate", into.bitrate,
               {"B", "bits a second for each track, with k or M", "160k", "--audio-bitrate 96k"});
  parser.value("--audio-delay", into.delay,
               {"MS", "how many milliseconds later the sound is placed; may be negative", "0",
                "--audio-delay -20"});
}

SoundRequest check_sound(const SoundArguments& given, OutputRequest& output) {
  SoundRequest request;
  for (const std::string& text : given.audio) {
    request.tracks.push_back(parse_sound(text));
    output.audio.push_back(text);
  }
  if (given.audio.empty()) {
    refuse_without_sound("--audio-codec", given.codec);
    refuse_without_sound("--audio-bitrate", given.bitrate);
    refuse_without_sound("--audio-delay", given.delay);
    return request;
  }
  output.audio_codec = given.codec;
  if (given.bitrate) output.audio_bitrate = parse_bitrate("--audio-bitrate", *given.bitrate);
  if (given.delay)
    request.delay = from_s(
        parse_number("--audio-delay", *given.delay, -longest_delay_ms, longest_delay_ms) / 1000);
  return request;
}

}  // namespace rustcam::cli
