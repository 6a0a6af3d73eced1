#!/usr/bin/env bash
# Builds everything, tests included, with each GCC from 12 and each clang from 14 that is installed; warnings are errors.
# By hand: a full build takes minutes for each.
#   scripts/test-compilers.sh [--quick] [COMPILER...]      default: all that are found
#   --quick    without the optimiser: half the time, and only the warnings that need it are missed
set -euo pipefail
cd "$(dirname "$0")/.."

options=(-DCMAKE_BUILD_TYPE=Release)
if [[ ${1:-} == --quick ]]; then
  options=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0)
  shift
fi
compilers=("$@")
if [[ ${#compilers[@]} -eq 0 ]]; then
  mapfile -t compilers < <(compgen -c | grep -xE 'g\+\+-(1[2-9]|[2-9][0-9])|clang\+\+-(1[4-9]|[2-9][0-9])' | sort -uV)
fi
[[ ${#compilers[@]} -gt 0 ]] || { echo "test-compilers: found no g++-12 or clang++-14 or later; name one" >&2; exit 1; }

failed=0
report=()
for compiler in "${compilers[@]}"; do
  build=build/compilers/$(basename "$compiler")
  begun=$SECONDS
  result=ok
  mkdir -p "$build"
  if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DRUSTCAM_WERROR=ON \
           -DRUSTCAM_BUILD_TESTS=ON -DRUSTCAM_CHECK_HEADERS=ON "${options[@]}" &&
         cmake --build "$build" -- -k 0; } > "$build/log" 2>&1; then
    result="FAILED, see $build/log"
    failed=1
    grep -aE 'error:|CMake Error' "$build/log" | sort -u | head -20 >&2 || true
  fi
  report+=("$(printf '%-12s %5d s  %s' "$(basename "$compiler")" $((SECONDS - begun)) "$result")")
done
printf '%s\n' "${report[@]}"
exit "$failed"
