#!/usr/bin/env bash
# From a bare machine to passed tests: installs what is missing, builds, and runs every test, then the
# same tests under the sanitizers.
#   scripts/test.sh            everything
#   scripts/test.sh --quick    without the sanitizer builds, the fuzzers and the ARM kernels
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }
quick=0
[[ ${1:-} == --quick ]] && quick=1

say "installing what is missing"
scripts/install-deps.sh build test

say "layering and format"
scripts/check-layering.sh
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror

say "release: build"
cmake --preset release -DRUSTCAM_BUILD_TESTS=ON
cmake --build --preset release

if [[ $quick -eq 0 ]]; then
  say "AddressSanitizer and UBSan: build and test"
  cmake --preset asan
  cmake --build --preset asan
  ctest --preset asan

  say "ThreadSanitizer: build and test"
  cmake --preset tsan
  cmake --build --preset tsan
  ctest --preset tsan -L 'unit|contract|threads'

  say "fuzzing, a short while each"
  scripts/fuzz.sh 20

  say "ARM kernels under emulation"
  scripts/test-arm.sh
  scripts/test-arm.sh --asan
fi

say "release: test"
ctest --preset release
