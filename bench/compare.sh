#!/usr/bin/env bash
# usage: bench/compare.sh [--rounds N] [--seconds S] [--results FOLDER] [--list] [ROW...]
# Runs rustcam-cli and the other tools found on this machine on the same work, in turn, and writes what
# each cost and what each missed: FOLDER/compare-ROW.json, FOLDER/compare.svg, and the table in
# docs/benchmarks.md (FOLDER: docs/results; with another one the table goes to FOLDER/compare.md).
# Close everything else first: the numbers are those of an idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --list && ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON -DRUSTCAM_BUILD_BENCH=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli read_barcodes bench_encoder_alone >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli RUSTCAM_READ_BARCODES=$PWD/build/release/tests/support/read_barcodes
export RUSTCAM_ENCODER_ALONE=$PWD/build/release/bench/bench_encoder_alone
exec /usr/bin/python3 -m comparison "$@"
