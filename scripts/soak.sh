#!/usr/bin/env bash
# A long recording of a moving 1080p screen at 60 fps, watched from outside.
#   scripts/soak.sh [--x11] [SECONDS]      default: 1800, of the virtual display; --x11: of an Xvfb screen
# Prints a sample a minute and a JSON summary. Exit status 1 if slots are missing in the statistics or in the file, if slots
# and wall clock drift apart by a slot, or if memory or open files grow.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh build test
cmake --preset release > /dev/null
cmake --build --preset release --target rustcam-cli > /dev/null
export RUSTCAM_CLI=$PWD/build/release/cli/rustcam-cli PYTHONPATH=$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 scripts/soak_watch.py "$@"
