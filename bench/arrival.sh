#!/usr/bin/env bash
# usage: bench/arrival.sh [--seconds S] [--repeat N] [--results FOLDER]
# Measures with `rustcam-cli bench` on Xvfb, 1920x1080, whether all frames arrive: flip_demo at 60, 180 and
# 360 Hz, mover at 60 and 180 Hz. Writes FOLDER/bench.json, charts, and the table in docs/benchmarks.md.
# Exit status 1 if one line is worse than it has to be. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release >/dev/null
  nice cmake --build build/release --target rustcam-cli >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli
exec /usr/bin/python3 -m comparison.arrival "$@"
