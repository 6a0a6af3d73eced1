#!/usr/bin/env bash
# Cross-builds the pixel kernels and what else of src/image/ needs no library for 64-bit ARM, and runs
# their unit tests under QEMU. An ARM machine runs the same kernels in the ordinary tests.
#   scripts/test-arm.sh           about a minute, most of it compiling
#   scripts/test-arm.sh --asan    the same under AddressSanitizer and UBSan: reads beyond a row show too
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $(uname -m) == aarch64 ]]; then
  echo "test-arm: this machine is ARM; its ordinary unit tests run the ARM kernels"
  exit
fi

build=build/arm
options=(-DCMAKE_BUILD_TYPE=Release)
if [[ ${1:-} == --asan ]]; then
  build=build/arm-asan
  options=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DRUSTCAM_SANITIZE=address,undefined")
fi
scripts/install-deps.sh arm
cmake -S tests/arm -B "$build" -G Ninja --toolchain "$PWD/cmake/toolchain-aarch64.cmake" "${options[@]}"
cmake --build "$build"
# The leak check would need ptrace, which QEMU does not emulate.
ASAN_OPTIONS=detect_leaks=0 qemu-aarch64 -cpu max,pauth-impdef=on -L /usr/aarch64-linux-gnu "$build/unit_image_arm"
