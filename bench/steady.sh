#!/usr/bin/env bash
# usage: bench/steady.sh [--runs N] [--no-cold] [--results FOLDER]
# Records 5 s of a 1080p screen on Xvfb of which every pixel changes 60 times a second, again and again, warm and after
# a minute of idling, and tells how many slots came late or could not be encoded. Writes FOLDER/steady.json and the
# table in docs/benchmarks.md. Exit status 1 if a run is worse than it has to be. Close everything else first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --help ]]; then
  scripts/install-deps.sh build test bench
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON >/dev/null
  nice cmake --build build/release --target rustcam-cli >&2
fi
export PYTHONPATH=$PWD/bench:$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli
exec /usr/bin/python3 -m comparison.steady "$@"
