#!/usr/bin/env bash
# usage: bench/first_second.sh [--runs N] [--no-cold] [--only TEXT] [--results FOLDER]
# Records one second of a 60 Hz screen on Xvfb again and again, warm and after a minute of idling, and tells how old
# the picture of slot 0 is, what is missing, what is late, and how soon slot 0 comes. Writes FOLDER/first-second.json
# and the table in docs/benchmarks.md. Exit status 1 if a line is worse than it has to be. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli read_barcodes >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli RUSTCAM_READ_BARCODES=$PWD/build/release/tests/support/read_barcodes
exec /usr/bin/python3 -m comparison.first_second "$@"
