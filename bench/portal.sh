#!/usr/bin/env bash
# usage: bench/portal.sh [--rounds N] [--seconds S] [--only TEXT] [--results FOLDER]
# Recordings through the portal beside GStreamer's pipewiresrc with the same encoder and preset, in turn: of a made-up
# desktop at 1920x1080 and 60 pictures a second, and of Mutter without a screen. Writes FOLDER/portal.json and the table
# in docs/benchmarks.md. Exit status 1 if a line is worse than it has to be. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench portal
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli read_barcodes portal_stand_in >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration:$PWD/tests/portal/real PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli RUSTCAM_READ_BARCODES=$PWD/build/release/tests/support/read_barcodes
export RUSTCAM_PORTAL_STAND_IN=$PWD/build/release/tests/portal/portal_stand_in
exec /usr/bin/python3 -m comparison.portal "$@"
