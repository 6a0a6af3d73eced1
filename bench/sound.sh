#!/usr/bin/env bash
# usage: bench/sound.sh [--runs N] [--seconds S] [--results FOLDER]
# What a track of sound costs: recordings with and without it in turn, beside the encoder alone. Writes
# FOLDER/sound.json, and the table in docs/benchmarks.md, into which FOLDER/clap.json goes as well (bench/clap.sh makes
# it). Exit status 1 if it costs more than it may. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON -DRUSTCAM_BUILD_BENCH=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli bench_sound_alone >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli RUSTCAM_SOUND_ALONE=$PWD/build/release/bench/bench_sound_alone
exec /usr/bin/python3 -m comparison.sound "$@"
