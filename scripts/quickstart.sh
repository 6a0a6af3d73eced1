#!/usr/bin/env bash
# From a bare machine to a first recording: installs what is missing, builds, records 5 seconds of
# the screen (or, without a display, of the built-in virtual one) into ./rustcam-demo.mp4, and takes ./rustcam-demo.png.
# Afterwards `cmake --install build/release` installs what was built.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
say() { printf '\n== %s\n' "$*" >&2; }

say "1/3 installing what is missing"
"$here/scripts/install-deps.sh" build

say "2/3 building"
(cd "$here" && cmake --preset release -DRUSTCAM_BUILD_TESTS=OFF >&2 && cmake --build --preset release >&2)
program="$here/build/release/cli/rustcam-cli"

screen=${WAYLAND_DISPLAY:-${DISPLAY:-}}
if [[ -n $screen ]]; then
  say "3/3 recording 5 seconds of display $screen at 60 frames a second"
  what=()
else
  say "3/3 no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): recording 5 seconds of the built-in virtual display"
  what=(--backend virtual -o mover@1920x1080@60)
fi
"$program" record "${what[@]}" --fps 60 --duration 5 --force rustcam-demo.mp4
"$program" shot "${what[@]}" --force rustcam-demo.png
say "made rustcam-demo.mp4 and rustcam-demo.png in $(pwd); the program is $program"
