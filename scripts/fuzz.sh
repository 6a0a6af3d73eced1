#!/usr/bin/env bash
# Builds the libFuzzer targets with clang and runs each for a while, one for each processor at a time.
#   scripts/fuzz.sh [SECONDS]      default: 20 for each target
# The corpora stay small: they live in build/fuzz/corpus and start empty.
# An input counts as hanging after two minutes: on a busy machine a harmless one may take seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}

scripts/install-deps.sh build test
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz

fuzz() {
  local target=$1 name
  name=$(basename "$target")
  mkdir -p "build/fuzz/corpus/$name"
  "$target" -max_total_time="$seconds" -max_len=4096 -timeout=120 -rss_limit_mb=2048 -print_final_stats=0 \
    -verbosity=0 -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" > "build/fuzz/$name.log" 2>&1 ||
    { printf 'fuzz: %s failed\n' "$name"; cat "build/fuzz/$name.log"; return 1; }
  printf 'fuzz: %s for %s s\n' "$name" "$seconds"
}
export -f fuzz
export seconds
find build/fuzz/tests/fuzz -maxdepth 1 -name 'fuzz_*' -type f -executable | sort |
  xargs -P "$(nproc)" -I{} bash -c 'fuzz "$1" || exit 1' fuzz {}
echo "fuzz: no target failed"
