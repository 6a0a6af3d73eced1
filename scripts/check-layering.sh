#!/usr/bin/env bash
# Holds the includes against the order of the folders (docs/architecture.md), and keeps operating system macros, each
# library's headers, and the names of back ends and containers where they belong. Prints what breaks the order; exit 1 then.
set -euo pipefail
cd "$(dirname "$0")/.."

order=(base platform ffmpeg image d3d11 stimulus pacing capture capture/virtual capture/x11 capture/wayland capture/portal capture/dda audio audio/virtual audio/pulse audio/wasapi media record measure)
bad=0
complain() { printf '%s\n' "$1"; bad=1; }

floor_of() {  # the index of the innermost folder of a path below src/
  local path=$1 best=-1 i
  for i in "${!order[@]}"; do
    [[ $path == "${order[$i]}"/* ]] && best=$i
  done
  echo "$best"
}

while IFS= read -r file; do
  own=$(floor_of "${file#src/}")
  own_name=${order[$own]}
  while IFS= read -r included; do
    theirs=$(floor_of "$included")
    [[ $theirs -lt 0 ]] && { complain "$file includes \"$included\", which is in no folder of the design"; continue; }
    their_name=${order[$theirs]}
    [[ $theirs -gt $own ]] && complain "$file includes \"$included\", which lies above it"
    [[ $own_name == capture/* && $their_name == capture/* && $own_name != "$their_name" ]] &&
      complain "$file includes \"$included\": back ends do not know one another"
    [[ $own_name == capture/* && $their_name == pacing ]] && complain "$file includes \"$included\": back ends do not pace"
    [[ $own_name == audio/* && $their_name == audio/* && $own_name != "$their_name" ]] &&
      complain "$file includes \"$included\": sound systems do not know one another"
    [[ $own_name == audio* && ( $their_name == capture* || $their_name == image || $their_name == stimulus || $their_name == pacing ) ]] &&
      complain "$file includes \"$included\": sound knows no screens"
    [[ $own_name == media && $their_name == capture* ]] && complain "$file includes \"$included\": media knows no screens"
    [[ $own_name == media && ( $their_name == stimulus || $their_name == pacing ) ]] &&
      complain "$file includes \"$included\": media needs pictures only"
  done < <(grep -hoP '^#include "\K[^"]+' "$file" || true)
done < <(git ls-files 'src/*.h' 'src/*.cpp')

while IFS= read -r hit; do complain "OS macro outside platform and back ends: $hit"; done < <(
  git ls-files 'src/*.h' 'src/*.cpp' 'cli/*' | grep -vE '^src/(platform|capture/(dda|x11|wayland|portal|virtual)|audio/(pulse|wasapi))/' |
    xargs -r grep -nHE '#\s*(if|ifdef|ifndef|elif).*(_WIN32|__linux__|__unix__|_MSC_VER|__APPLE__)' || true)
while IFS= read -r hit; do complain "FFmpeg outside media: $hit"; done < <(
  git ls-files 'src/*.h' 'src/*.cpp' 'cli/*' | grep -vE '^src/(media|ffmpeg)/|^src/image/(fingerprint|scale)\.cpp$|^src/audio/resampler\.cpp$' |
    xargs -r grep -nHE '#include <lib(av|sw)' || true)
while IFS= read -r hit; do complain "windowing system outside its back end: $hit"; done < <(
  git ls-files 'src/*.h' 'src/*.cpp' 'cli/*' | grep -vE '^src/capture/(x11|wayland|portal|dda)/|^src/audio/wasapi/|^src/platform/|^src/(media/)?d3d11/' |
    xargs -r grep -nHE '#include <(xcb|X11|wayland|pipewire|spa/|systemd|windows|d3d11|dxgi)' || true)
# Names that stand in one table: those of back ends in the registry (the build makes it) and in the back end itself,
# those of containers in src/media/container.cpp. A type of session may be called as a back end is, an encoder as a container.
while IFS= read -r hit; do complain "the name of a back end outside the registry: $hit"; done < <(
  git ls-files 'src/*.h' 'src/*.cpp' 'cli/*' | grep -vE '^src/(capture/((virtual|x11|wayland|portal|dda)/|desktop_session\.cpp$)|audio/virtual/)' |
    xargs -r grep -nHE '"(dda|x11|wayland|portal|virtual)"' || true)
while IFS= read -r hit; do complain "the name of a container outside its table: $hit"; done < <(
  git ls-files 'src/*.h' 'src/*.cpp' 'cli/*' | grep -vxF src/media/container.cpp |
    xargs -r grep -nHE '"(mp4|mov|matroska|mkv|webm|mpegts|yuv4mpegpipe|y4m|nut)"' || true)
# GCC's run time for Windows frees the memory of a thread_local object before it calls the object's destructor.
while IFS= read -r hit; do complain "thread_local, and neither a number nor a pointer: $hit"; done < <(
  git ls-files '*.h' '*.cpp' | xargs -r grep -nHE '^[^/]*\bthread_local\b' |
    grep -vE '\bthread_local (const )?(int|bool|[A-Za-z_:]+\*) ' || true)
lines=$(wc -l < cli/main.cpp)
[[ $lines -lt 80 ]] || complain "cli/main.cpp has $lines lines, 79 are allowed"

[[ $bad -eq 0 ]] && echo "layering: every include goes down"
exit "$bad"
