#!/usr/bin/env bash
# usage: bench/clap.sh [RECORDER...] [--server pulse|pipewire] [--screen x11|sway] [--seconds S] [--fps F] [--container C]
#                      [--microphone] [--disturb stop|suspend|quiet] [--jig-error MS] [--results FOLDER]
# A clapperboard (the screen flashes and a burst is heard at each whole second) held against rustcam-cli, ffmpeg and
# wf-recorder: how much later than its flash each burst is, in the file, and against the time at which the flash was
# presented, if the recorder tells that. Prints a table; FOLDER/clap.json has every offset. `--jig-error 40` measures the
# board itself: everything must be 40 ms later then. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli
exec /usr/bin/python3 -m clap "$@"
