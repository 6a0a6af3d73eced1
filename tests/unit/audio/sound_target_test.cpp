#include "audio/sound_target.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

using namespace rustcam;

TEST_CASE("a source of sound is a kind, a name and a gain") {
  using Kind = SoundTarget::Kind;
  struct Row {
    const char* text;
    Kind kind;
    const char* name;
    double gain;
  };
  for (const Row& row :
       {Row{"desktop", Kind::default_output, "", 0},
        Row{"default_output@-6dB", Kind::default_output, "", -6},
        Row{"mic@+3.5dB", Kind::default_input, "", 3.5},
        Row{"default_input", Kind::default_input, "", 0},
        Row{"device:alsa_output.pci.monitor", Kind::device, "alsa_output.pci.monitor", 0},
        Row{"device:a@b", Kind::device, "a@b", 0},
        Row{"device:a@b@-60dB", Kind::device, "a@b", -60},
        Row{"app:Firefox@0dB", Kind::app, "Firefox", 0},
        Row{"null1.monitor", Kind::any, "null1.monitor", 0}}) {
    CAPTURE(row.text);
    const SoundMix mix = parse_sound(row.text);
    REQUIRE(mix.sources.size() == 1);
    CHECK(mix.text == row.text);
    CHECK(mix.sources[0].kind == row.kind);
    CHECK(mix.sources[0].name == row.name);
    CHECK(mix.sources[0].gain_db == doctest::Approx(row.gain));
  }
}

TEST_CASE("several sources are mixed into one track") {
  const SoundMix mix = parse_sound("desktop@-6dB|mic|app:Game");
  REQUIRE(mix.sources.size() == 3);
  CHECK(mix.sources[0].gain_db == doctest::Approx(-6));
  CHECK(mix.sources[1].kind == SoundTarget::Kind::default_input);
  CHECK(mix.sources[2].name == "Game");
}

TEST_CASE("what names no sound is refused") {
  for (const char* text : {"", "|", "desktop|", "device:", "app:", "mic@dB", "mic@xdB", "mic@61dB",
                           "mic@-61dB", "mic@nandB", "mic@1e9dB", "app:@-3dB"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_sound(text), UsageError);
  }
}
