// Which sound is recorded, as users name it and as systems list it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rustcam {

enum class SoundKind {
  desktop = 1,  ///< what is played
  mic,          ///< what is recorded: microphones, line inputs
  app,          ///< what one program plays
};
/// "desktop", "mic", "app".
std::string_view name(SoundKind kind) noexcept;

/// A source that can be recorded. What is not known is nullopt.
struct SoundDevice {
  std::string id;    ///< the system's name, which stays the same from day to day
  std::string name;  ///< for people
  SoundKind kind = SoundKind::desktop;
  bool is_default = false;  ///< of its kind
  std::optional<int> rate;  ///< samples a second
  std::optional<int> channels;
};

/// A source that was asked for.
struct SoundTarget {
  enum class Kind {
    default_output = 1,  ///< whatever is the default when it is opened, and follows it
    default_input,
    device,  ///< by id or name, and never another one
    app,     ///< all that programs of this name play
    any,     ///< an id of either kind
  };
  Kind kind = Kind::default_output;
  std::string name;    ///< device, app, any
  double gain_db = 0;  ///< -60 to 60
};

/// What one track holds: the sum of its sources.
struct SoundMix {
  std::string text;                  ///< as the user typed it: it titles the track
  std::vector<SoundTarget> sources;  ///< at least one
};

/// "desktop", "mic@-6dB", "device:NAME", "app:NAME", "desktop|app:NAME". Throws UsageError naming
/// the forms.
SoundMix parse_sound(std::string_view text);

}  // namespace rustcam
