#!/usr/bin/env bash
# Runs the tests of the Windows program under the Wine 10 of Debian 13, in a folder of its own (debian-bed.sh): Debian 12
# has Wine 8. What is tested is built here, as scripts/test-windows.sh builds it. Root only; by hand, not in CI.
#   scripts/test-wine10.sh [PYTEST-ARGUMENTS ...]
# environment: RUSTCAM_CACHE   see debian-bed.sh
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} == --inside ]]; then
  shift
  scripts/install-deps.sh build wine
  cmake --preset release -B build/native -DRUSTCAM_BUILD_TESTS=ON > /dev/null
  cmake --build build/native --target rustcam-cli read_barcodes
  /usr/lib/wine/wine64 --version
  export RUSTCAM_WINDOWS_BUILD=$PWD/build/windows RUSTCAM_NATIVE_BUILD=$PWD/build/native PYTHONDONTWRITEBYTECODE=1
  export RUSTCAM_WINDOWS_FFMPEG=/ffmpeg/ffmpeg.exe
  exec /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/wine "$@"
fi

scripts/build-windows.sh all
ffmpeg=$(scripts/windows-ffmpeg.sh)
exec scripts/debian-bed.sh trixie --sources --bind "$PWD/build/windows:/rustcam-cli/build/windows" \
  --bind "$(dirname "$ffmpeg"):/ffmpeg" -- scripts/test-wine10.sh --inside "$@"
