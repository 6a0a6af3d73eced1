#!/usr/bin/env bash
# usage: bench/ddagrab.sh [--short] [--rounds N] [--seconds S] [--only TEXT] [--results FOLDER]
# The Windows program beside FFmpeg 7.1's ddagrab, in turn, under Wine and the same test layer, which shows a desktop at
# 60, 180 and 360 Hz: how many of its pictures reach the memory of each, and what that costs. Writes
# FOLDER/ddagrab.json and the table in docs/benchmarks.md. Close everything else first; with --short (one round of two seconds)
# the table goes to standard output only.
set -euo pipefail
cd "$(dirname "$0")/.."

native=build/dev
[[ -e $native/build.ninja ]] || native=build/native
if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test windows
  [[ -e $native/build.ninja ]] || cmake --preset release -B "$native" -DRUSTCAM_BUILD_TESTS=ON > /dev/null
  nice cmake --build "$native" --target rustcam-cli read_barcodes >&2
  nice scripts/build-windows.sh rustcam-cli duplication_layer layer_launch >&2
  RUSTCAM_WINDOWS_FFMPEG=$(nice scripts/windows-ffmpeg.sh)
  export RUSTCAM_WINDOWS_FFMPEG
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration:$PWD/tests/wine PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/$native/cli/rustcam-cli RUSTCAM_READ_BARCODES=$PWD/$native/tests/support/read_barcodes
export RUSTCAM_WINDOWS_BUILD=$PWD/build/windows
exec /usr/bin/python3 -m comparison.ddagrab "$@"
