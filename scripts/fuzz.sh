#!/usr/bin/env bash
# Builds the libFuzzer targets with clang and runs each for a while.
#   scripts/fuzz.sh [SECONDS]      default: 20 for each target
# The corpora stay small: they live in build/fuzz/corpus and start empty.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz
for target in build/fuzz/tests/fuzz/fuzz_*; do
  [[ -x $target && -f $target ]] || continue
  name=$(basename "$target")
  mkdir -p "build/fuzz/corpus/$name"
  printf 'fuzz: %s for %s s\n' "$name" "$seconds"
  "$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 \
    -verbosity=0 -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name"
done
echo "fuzz: no target failed"
