#!/usr/bin/env bash
# usage: bench/wayland.sh [--rounds N] [--seconds S] [--only TEXT] [--results FOLDER]
# On sway without a screen (pixman, 1920x1080 at 250 Hz) beside wf-recorder and grim, in turn, and beside the encoder
# alone: recordings, pictures, and whether what a stimulus presents arrives. Writes FOLDER/wayland.json and the table in
# docs/benchmarks.md. Exit status 1 if a line is worse than it has to be. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON -DRUSTCAM_BUILD_BENCH=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli read_barcodes bench_encoder_alone >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli RUSTCAM_READ_BARCODES=$PWD/build/release/tests/support/read_barcodes
export RUSTCAM_ENCODER_ALONE=$PWD/build/release/bench/bench_encoder_alone
exec /usr/bin/python3 -m comparison.wayland "$@"
