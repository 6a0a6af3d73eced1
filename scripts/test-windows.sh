#!/usr/bin/env bash
# Cross-builds the Windows program and its tests, and runs them under Wine: the unit and contract suites as
# Windows programs, then the unmodified rustcam-cli.exe with the test-only duplication layer.
#   scripts/test-windows.sh [PYTEST-ARGUMENTS ...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh build test windows
# The native program draws the pictures that the Windows program's are held against; one that is built serves as well.
native=build/dev
if [[ ! -e $native/build.ninja ]]; then
  native=build/native
  cmake --preset release -B "$native" -DRUSTCAM_BUILD_TESTS=ON > /dev/null
fi
cmake --build "$native" --target rustcam-cli read_barcodes
scripts/build-windows.sh all
# FFmpeg's own program is another client of the layer, and of the stand-in driver. Built once, in two minutes.
RUSTCAM_WINDOWS_FFMPEG=$(scripts/windows-ffmpeg.sh)
export RUSTCAM_WINDOWS_FFMPEG
export RUSTCAM_WINDOWS_BUILD=$PWD/build/windows RUSTCAM_NATIVE_BUILD=$PWD/$native PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/wine "$@"
